import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect} from '@jest/globals'
import {packBundle} from '../../src/sources/bundle/write.js'
import {ambientCapture} from '../support/ambient-capture.js'
import {meshctl} from '../support/cli.js'
import {hasShared, SHARED, sharedTest} from '../support/shared-data.js'
import {tempFolder} from '../support/temp-folder.js'

interface Ask {
  /** What was wrong once, and what is true by the recording (traffic, kernel, istiod's status). */
  readonly name: string
  readonly argv: string
  readonly says: readonly RegExp[]
  readonly never?: readonly RegExp[]
  /** The bundle; the recording's main moment when absent. */
  readonly from?: 'without istiod'
}

/** Questions to a recorded ambient mesh that were once answered wrongly, in the words of the recording. */
const ASKS: readonly Ask[] = [
  {
    name: "1 ztunnel's own sockets are no finding",
    argv: 'check deploy/client deploy/api-v1 statefulset/db -n amb',
    says: [/0 errors/],
    never: [/MCT1508|reserved/],
  },
  {
    name: "1 ztunnel's own sockets are shown as Istio's",
    argv: 'ports deploy/client -n amb',
    says: [/15006\/tcp .*used by Istio/, /9080\/tcp .* yes /],
  },
  {
    name: '2 DENY with HTTP parts denies nothing at ztunnel',
    argv: 'check deploy/web-v1 -n amb',
    says: [/MCT1607 .*denies nothing/],
    never: [/denies more/],
  },
  {
    name: '2 authz check says so for ALLOW and DENY',
    argv: 'authz check deploy/l7nowp -n amb',
    says: [/at ztunnel its rules with methods, paths never match/],
  },
  {
    name: '3 describe service shows waypoint, its policies and HTTPRoute',
    argv: 'describe service api -n amb',
    says: [/waypoint waypoint\.amb.*ready/, /api-deny-admin\.amb: DENY.*waypoint/, /HTTPRoute api\.amb, which/],
  },
  {
    name: '3 describe pod does not say that every request is allowed',
    argv: 'describe pod deploy/api-v1 -n amb',
    says: [/api-deny-admin/, /besides those of the waypoint/],
    never: [/every request is allowed/],
  },
  {
    name: '3 authz check of a pod behind a waypoint names its policies',
    argv: 'authz check deploy/api-v1 -n amb',
    says: [/waypoint waypoint\.amb applies .* DENY api-deny-admin\.amb/],
    never: [/every request is allowed/],
  },
  {
    name: '3 authz check of a waypoint knows policies for the Services it serves',
    argv: 'authz check deploy/waypoint -n amb',
    says: [/api-allow\.amb +2 +enforced +both/, /api-deny-admin\.amb +1 +enforced +both/],
    never: [/does not select/],
  },
  {
    name: '4 a waypoint without ready pods, one that does not exist',
    argv: 'check deploy/brokenwp deploy/missingwp -n amb',
    says: [/MCT1610 .*wp-broken has no ready pod/, /MCT1610 .*no-such-waypoint does not exist/],
  },
  {
    name: '4 routes and traffic policies without a waypoint are not in force',
    argv: 'describe service srv -n amb2',
    says: [/VirtualService srv\.amb2 .*NOT applied for clients in ambient mode/],
  },
  {
    name: '4 an HTTPRoute without a waypoint is not in force',
    argv: 'describe service web -n amb',
    says: [/HTTPRoute web-nowp\.amb; NOT applied for clients in ambient mode/],
    never: [/which a waypoint applies/],
  },
  {
    name: "5 istiod's status of policies and Services is told",
    argv: 'check -A -o lines',
    says: [/amb\/bad-ref .*TargetNotFound/, /amb\/dry-run .*UnsupportedValue/, /amb\/missingwp .*WaypointIsNotReady/],
  },
  {
    name: '5 describe says what istiod refused',
    argv: 'describe pod deploy/tcp-echo -n amb',
    says: [/dry-run\.amb.*NOT enforced, istiod says: ZtunnelAccepted is False/],
  },
  {
    name: "6 an ambient pod's configuration is its ztunnel's",
    argv: 'describe pod deploy/client -n amb',
    says: [/sync of ztunnel ztunnel-\S+ with istiod-amb-\S+: WDS SYNCED/],
    never: [/no istiod knows/],
  },
  {
    name: '6 without istiod the state is not known',
    argv: 'describe pod deploy/client -n amb',
    from: 'without istiod',
    says: [/no running istiod/, /sync with istiod: not checked/],
    never: [/SYNCED/],
  },
  {
    name: '7 an emptied mangle table: requests over HBONE time out',
    argv: 'iptables deploy/flushed-mangle -n amb',
    says: [/Requests through ztunnel to this pod time out/],
  },
  {
    name: '7 check and drift name the emptied table',
    argv: 'iptables deploy/flushed-mangle -n amb --drift',
    says: [/missing in mangle\/ISTIO_OUTPUT/],
    never: [/bypasses the proxy \(expected: bypasses the proxy\)/],
  },
  {
    name: '8 a packet for 15008 reaches ztunnel',
    argv: 'packet deploy/client --in tcp://:15008 -n amb',
    says: [/goes to ztunnel as HBONE/],
    never: [/without the proxy|bypass/],
  },
  {
    name: '8 emptied rules of ambient mode are not those of a sidecar without arguments',
    argv: 'iptables deploy/flushed -n amb',
    says: [/past ztunnel, in plaintext/],
    never: [/empty -b and -i/],
  },
  {
    name: '9 a redirected port is in the mesh, one of an emptied pod is not',
    argv: 'ports deploy/flushed -n amb',
    says: [/9080\/tcp .*yes, outside the mesh/],
  },
  {
    name: '10 two protocols on one port are no fault at ztunnel',
    argv: 'check deploy/web-v1 deploy/api-v1 -n amb -o wide',
    says: [/Deployment amb\/web-v1/],
    never: [/MCT1103/],
  },
  {
    name: '11 ztunnel ignores DISABLE',
    argv: 'describe pod deploy/tcp-echo -n amb',
    says: [/port 9000 .*mTLS PERMISSIVE \(ztunnel ignores DISABLE/],
    never: [/port 9000 .*mTLS DISABLE/],
  },
  {
    name: '12 a dump of ztunnel is told from one of Envoy',
    argv: `proxy-config all -f ${join(SHARED, 'ambient/moments/2-policy/ztunnel/ztunnel-lwqz5/config_dump.json')}`,
    says: [/config_dump of a ztunnel/, /meshctl ztunnel-config all/],
    never: [/\/certs page/],
  },
  {
    name: '13 ps of a ztunnel compares, and says what',
    argv: 'ps ztunnel-lwqz5.istio-system',
    says: [/compared: \d+ workloads, \d+ services, \d+ policies/],
    never: [/no difference \(\)/],
  },
  {
    name: '13 an Envoy question to a ztunnel is answered with the command for ztunnels',
    argv: 'proxy-config log ztunnel-lwqz5.istio-system',
    says: [/is a ztunnel: it has no Envoy/, /meshctl ztunnel-config/],
  },
  {
    name: "14 ztunnel's log levels, by the name alone as in istioctl",
    argv: 'ztunnel-config log ztunnel-lwqz5',
    says: [/current log level is hickory_server::server=off,info/],
  },
  {
    name: '14 waypoints with what is wrong',
    argv: 'waypoint list -A',
    says: [/wp-broken +amb +service +True/, /wp-broken\.amb has no ready pod/],
  },
  {
    name: '16 policies of a waypoint do not hold for clients outside ambient mode',
    argv: 'check deploy/api-v1 -n amb -o wide',
    says: [/MCT1613 .*clients outside ambient mode reach Service api without it/],
  },
  {
    name: '16 a process of the node passes STRICT',
    argv: 'trace deploy/hostnet http://strict:9080/ -n amb',
    says: [/not captured: it reaches the application/],
  },
  {
    name: '18 where kernel rules can be read in an ambient pod',
    argv: 'iptables deploy/late -n amb-out',
    says: [/set by istio-cni from the node/, /nsenter -t PID -n iptables-save/],
    never: [/istio-init|1337|target=istio-proxy/],
  },
  {
    name: '19 a ztunnel without a version is named',
    argv: 'version',
    says: [/ztunnel-lwqz5\.istio-system reports no version/],
    never: [/data plane version: {2}\(/],
  },
  {
    name: '19 why a pod is outside: its label',
    argv: 'describe pod deploy/optout -n amb',
    says: [/label istio\.io\/dataplane-mode=none of the pod opts it out/],
  },
  {
    name: '19 why a pod is outside: the host network',
    argv: 'describe pod deploy/hostnet -n amb',
    says: [/host network, which istio-cni does not redirect/],
  },
  {
    name: '19 check-inject says that the pod is enrolled in ambient mode',
    argv: 'check-inject deploy/client -n amb',
    says: [/enrolled in ambient mode/],
  },
  {
    name: '20 roots of the operating system are no finding',
    argv: 'check deploy/side -n amb -o wide',
    says: [/Deployment amb\/side/],
    never: [/MCT1905 .*(?:root|ended)/],
  },
]

describe('a recorded ambient mesh, by the faults found in it once', () => {
  const folder = tempFolder('ambient-faults')
  const file = (from: Ask['from']) => join(folder, `${from ?? 'recorded'}.tgz`)

  const pack = async (from: Ask['from'], choice: Parameters<typeof ambientCapture>[1]) => {
    const {index, blobs} = ambientCapture(join(SHARED, 'ambient'), {...choice, unredacted: true})
    writeFileSync(file(from), await packBundle(index, blobs))
  }

  beforeAll(async () => {
    if (!hasShared('ambient')) return
    const pods = ['amb.', 'amb2.', 'istio-system.ztunnel', 'istio-system.istio-cni']
    await pack(undefined, {moment: '2-policy', capturedAt: '2026-11-30T00:57:00Z'})
    await pack('without istiod', {moment: '3-without-istiod', capturedAt: '2026-11-30T01:00:00Z', pods})
  })

  sharedTest.each(ASKS.map(each => [each.name, each] as const))('%s', async (_, {argv, says, never = [], from}) => {
    const {stdout, stderr} = await meshctl(
      [...argv.split(' '), ...(argv.includes(' -f ') ? [] : ['--from', file(from)])],
      {
        env: {COLUMNS: '400'},
      },
    )
    for (const words of says) expect(`${stdout}${stderr}`).toMatch(words)
    for (const words of never) expect(`${stdout}${stderr}`).not.toMatch(words)
  })
})
