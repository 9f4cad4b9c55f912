import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {iptablesReport} from '../../../src/reports/iptables/report.js'
import {iptablesView} from '../../../src/reports/iptables/view.js'
import {packetReport} from '../../../src/reports/packet/report.js'
import {packetView} from '../../../src/reports/packet/view.js'
import {filesSource} from '../../../src/sources/files/source.js'
import {reportText} from '../../support/report-text.js'

const PASTES = join('test', 'fixtures', 'netfilter', 'pastes')
const POD = {namespace: 'default', name: 'pasted'}

/** What is true about a paste: words of `iptables`, and what `packet` says about one packet to port 8080 and one to a Service's port 80. */
interface Truth {
  readonly source: string
  readonly says: readonly RegExp[]
  readonly never?: readonly RegExp[]
  readonly into: RegExp
  readonly out: RegExp
}

const UNDECIDED = /INSUFFICIENT/
const DIRECT = /not captured: goes directly to the app/
const ESCAPES = /escapes: leaves the pod/
const at = (port: number) => new RegExp(`captured by the proxy[\\s\\S]*port ${port}\\b`)

const node = (source: string, ...says: readonly RegExp[]): Truth => ({
  source,
  says: [/rules of a node, not of a pod/, ...says],
  never: [/rewritten port/],
  into: UNDECIDED,
  out: UNDECIDED,
})
const failed = (source: string, ...says: readonly RegExp[]): Truth => ({
  source,
  says: [/failed: (its rules were not applied|no capture rules are in place)/, ...says],
  into: UNDECIDED,
  out: UNDECIDED,
})

/** Rebuilt from public reports; each says what the maintainers found, or what the kernel does with such rules. */
const TRUTHS: Readonly<Record<string, Truth>> = {
  'kube-router.txt': node('cloudnativelabs/kube-router#1685', /Owners +kube-router/),
  'firewalld.save': node('firewalld/firewalld#844', /firewall of the machine/),
  'moby-postrouting.txt': node('moby/moby#33726'),
  'calico-node-cut.txt': node('projectcalico/calico#5978'),
  'cilium-node.txt': node('istio/istio#28457', /Cilium/),
  'firewalld-nft.txt': node('the form of firewalld with nftables', /firewall of the machine/),
  'kube-nftables.txt': node('the form of kube-proxy in mode nftables', /kube-proxy or the kubelet/, /13 rules/),
  'docker-nft.txt': node('the form of Docker 29 with nftables', /Docker/),
  'list-wrapped.txt': {
    source: 'iptables -nvL in a terminal of 80 columns',
    says: [/^Inbound +TCP goes to the proxy \(port 15006\); bypasses the proxy: ports 15008, 15090/m, /13 rules/],
    into: at(15_006),
    out: at(15_001),
  },
  'nft-log-accept.txt': {
    source: 'a table of nftables beside the rules of a sidecar: verdicts behind log and in a map of connection states',
    says: [/^Inbound +TCP goes to the proxy \(port 15006\)/m],
    into: at(15_006),
    out: at(15_001),
  },
  'nft-log-drop.txt': {
    source: 'the same with a drop behind log',
    says: [/^Inbound +TCP is dropped/m],
    into: /dropped/,
    out: at(15_001),
  },
  'nft-conditions.txt': {
    source: 'nft(8): a range of addresses, ports above one, flags with a mask',
    says: [/destinations other than 10\.0\.0\.8\/30 ports 1-30000/],
    into: DIRECT,
    out: at(15_001),
  },
  'v6-other-port.txt': {
    source: 'ip6tables-save of a sidecar whose inbound port is 16006, and a filter rule',
    says: [/^Inbound +TCP goes to the proxy \(port 16006\)/m, /rewritten port: 16006/],
    never: [/15006/],
    into: UNDECIDED,
    out: UNDECIDED,
  },
  'ufw.save': node('projectcalico/canal#31', /firewall of the machine/),
  'osm-init.log': failed('openservicemesh/osm#4609', /^osm-init failed/m, /modprobe iptable_nat/),
  'kuma-nft.log': failed('kumahq/kuma#12658', /^kuma-init failed/m, /kernel lacks a netfilter module/),
  'kuma-owner.log': failed('kumahq/kuma#8412', /^kuma-init failed/m, /Without root/),
  'kuma-toports.log': failed('kumahq/kuma#5137', /kernel lacks a netfilter module[\s\S]*xt_REDIRECT/),
  'linkerd-genid.txt': failed('linkerd/linkerd2#9053', /^linkerd-init failed/m, /other back end/),
  'linkerd-perm.log': failed('linkerd/linkerd2#6254', /lacks NET_ADMIN or NET_RAW/),
  'linkerd-cni-missing.log': failed('linkerd/linkerd2#14538', /^linkerd-cni failed/m, /install that back end/),
  'istio-tproxy-rerun.log': failed('istio/istio#19380', /earlier run[\s\S]*Delete the pod/),
  'validation-old.log': failed('istio/istio#33986', /^istio-validation failed/m),
  'cni-json6.log': failed('istio/istio#55139', /^istio-cni failed/m),
  'cni-nsenter-fail.log': {
    ...failed('istio/istio#15895', /^istio-cni failed/m, /kernel has no IPv6/),
    never: [/duplicated/],
  },
  'cni-repair.log': failed('istio/istio#50198', /^istio-cni failed/m, /install that back end/),
  'kubevirt.txt': {
    source: 'kubevirt/kubevirt#5461',
    says: [/KubeVirt/, /^Inbound +TCP is sent to 10\.0\.2\.2/m],
    never: [/does not forward/],
    into: /sent to: 10\.0\.2\.2 port 8080/,
    out: ESCAPES,
  },
  'linkerd-old-rerun.log': {
    source: 'linkerd/linkerd2#2768',
    says: [/linkerd-init ran again/, /Delete the pod/],
    into: UNDECIDED,
    out: ESCAPES,
  },
  'istio-rerun.log': {
    source: 'istio/istio#21030',
    says: [/istio-init ran again/, /^Inbound +TCP goes to the proxy \(port 15006\)/m],
    into: at(15006),
    out: at(15001),
  },
  'prompt-panic.txt': {
    source: 'istio/istio#33566',
    says: [/istio-init ran again/, /Delete the pod/],
    into: at(15006),
    out: at(15001),
  },
  'osm.save': {
    source: 'openservicemesh/osm, pkg/injector',
    says: [
      /^Inbound +TCP goes to the proxy \(port 15003\).*15010, 15901-15904, interface net1/m,
      /10\.244\.7\.9, uid 1500/,
    ],
    into: at(15003),
    out: at(15001),
  },
  'kuma-old.log': {
    source: 'kumahq/kuma#2842',
    says: [/generated by Kuma/, /^Inbound +TCP goes to the proxy \(port 15006\)/m, /^Outbound +TCP .*uid 5678/m],
    into: at(15006),
    out: at(15001),
  },
  'linkerd-chain.txt': {
    source: 'linkerd/linkerd2-proxy-init#53',
    says: [/an excerpt/, /generated by Linkerd/, /cannot be determined/],
    into: UNDECIDED,
    out: UNDECIDED,
  },
  'linkerd-14.log': {
    source: 'linkerd/linkerd2-proxy#1219',
    says: [
      /^Inbound +TCP goes to the proxy \(port 4143\).*4190, 4191, 4567, 4568/m,
      /^Outbound .*4567, 4568, uid 2102/m,
    ],
    into: at(4143),
    out: at(4140),
  },
  'linkerd-journal.log': {
    source: 'linkerd/linkerd2#2970',
    says: [/this is what linkerd-cni set up/, /^Inbound +TCP goes to the proxy \(port 4143\).*4190, 4191/m],
    into: at(4143),
    out: at(4140),
  },
  'istio-12-shell.log': {
    source: 'istio/istio#16473',
    says: [/^Inbound v4 +TCP bypasses.*port 15001\): ports 6565, 8081/m, /^Inbound v6 +TCP is rejected/m],
    never: [/not applied/],
    into: DIRECT,
    out: at(15001),
  },
  'bpf.txt': {source: 'istio/istio#50217', says: [/^Inbound +TCP depends on .*bpf/m], into: UNDECIDED, out: UNDECIDED},
  'legacy-thrice.txt': {
    source: 'istio/istio#15519',
    says: [/iptables-legacy has tables too/, /duplicated \(up to 3 copies\)/, /port 9080/],
    into: UNDECIDED,
    out: at(15001),
  },
  'ambient-120.log': {
    source: 'istio/istio#48854',
    says: [
      /this is what istio-cni set up/,
      /answered by ztunnel \(port 15053\)/,
      /^Inbound +TCP goes to the proxy \(port 15006\)/m,
    ],
    into: at(15006),
    out: at(15001),
  },
  'cni-prefixed.log': {
    source: 'istio/istio#45393',
    says: [
      /this is what istio-cni set up/,
      /^Inbound +TCP goes to the proxy \(port 15006\).*15008, 15020, 15021, 15090/m,
    ],
    into: at(15006),
    out: at(15001),
  },
  'dns-head-cut.log': {
    source: 'istio/istio#40132',
    says: [
      /generated by Istio 1\.8 to 1\.17/,
      /^DNS +over UDP to 10\.96\.5\.5 answered by .*15053\), elsewhere directly/m,
    ],
    into: at(15006),
    out: at(15001),
  },
  'appmesh.txt': {
    source: 'aws/aws-app-mesh-controller-for-k8s#402',
    says: [
      /^Inbound +TCP bypasses the proxy; .*port 15000\): ports 8080, 9090/m,
      /^Outbound +TCP goes .*ports 22, 3306/m,
    ],
    into: at(15000),
    out: at(15001),
  },
  'vm-docker.txt': {
    source: 'istio/istio#27728',
    says: [
      /node or VM \(DOCKER, docker0\)/,
      /^Outbound +TCP bypasses the proxy; goes to the proxy \(port 15001\): destination 10\.12\.0\.0\/20;/m,
      /is sent to 172\.17\.0\.2:443: port 443/,
      /always goes to the proxy \(port 15006\): interface docker0/,
    ],
    never: [/interface \(any other\)/],
    into: at(15006),
    out: ESCAPES,
  },
  'nft-native.txt': {
    source: 'istio/istio#56487',
    says: [/10\.0\.0\.0\/8 ports 1-5431, 5435-65535/, /^Outbound +TCP bypasses/m],
    into: at(15006),
    out: at(15001),
  },
  'consul.save': {
    source: 'hashicorp/consul#15050',
    says: [/^Inbound +TCP goes to the proxy \(port 20000\).*20200/m, /^DNS +redirected to 127\.0\.0\.1:8600/m],
    into: at(20000),
    out: at(15001),
  },
  'S-counters.txt': {
    source: 'istio/istio#36629',
    says: [/^Inbound +TCP goes to the proxy \(port 15006\).*port 22/m],
    into: at(15006),
    out: at(15001),
  },
}

describe('rules and logs as people paste them', () => {
  test.each(Object.entries(TRUTHS))('%s', async (name, {says, never = [], into, out}) => {
    const source = filesSource([{label: name, bytes: readFileSync(join(PASTES, name))}])
    const summary = await reportText(await iptablesReport(source, POD), iptablesView, 1000)
    for (const words of says) expect(summary).toMatch(words)
    for (const words of never) expect(summary).not.toMatch(words)
    expect(await reportText(await packetReport(source, POD, {in: 'tcp://:8080'}), packetView, 1000)).toMatch(into)
    expect(await reportText(await packetReport(source, POD, {out: 'tcp://10.96.0.20:80'}), packetView, 1000)).toMatch(
      out,
    )
  })
})
