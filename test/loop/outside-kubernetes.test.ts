import {readFileSync} from 'node:fs'
import {beforeAll, expect, test} from '@jest/globals'
import {podOfProcesses} from '../../src/formats/containers/pod-of-processes.js'
import {parseProcesses} from '../../src/formats/processes.js'
import {answered, missing} from '../../src/model/evidence/answer.js'
import {type EvidenceId, evidenceRow} from '../../src/model/evidence/evidence.js'
import {oneNamespace} from '../../src/sources/host/source.js'
import type {Source} from '../../src/sources/source.js'
import {captured} from '../support/served.js'
import {OUTSIDE_QUESTIONS, plainReport} from './outside-questions.js'

const LABEL = 'netns web'
const TEXTS: Partial<Record<EvidenceId, string>> = {
  'net.processes':
    'UID PID PPID C STIME TTY TIME CMD\nroot 1 0 0 10:00 ? 00:00:01 python productpage.py 9080\n1337 7 1 0 10:00 ? 00:00:01 /usr/local/bin/pilot-agent proxy\n1337 58 7 0 10:00 ? 00:00:09 /usr/local/bin/envoy -c /etc/istio/proxy/envoy-rev0.json\n',
  'net.sockets': readFileSync('src/formats/sockets/samples/ss-lntup-root.txt', 'utf8'),
  'net.iptables.nft':
    '*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:ISTIO_REDIRECT - [0:0]\n-A PREROUTING -p tcp -j ISTIO_REDIRECT\n-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001\nCOMMIT\n',
  'net.ip-addr':
    '1: lo: <LOOPBACK,UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n2: eth0: <UP> mtu 1500\n    inet 172.28.0.5/16 scope global eth0\n',
}

/** A network namespace of a machine as its source gives it, from texts. */
function namespaceSource(): Source {
  const pod = async () => {
    const read = parseProcesses({id: 'net.processes', bytes: Buffer.from(TEXTS['net.processes'] ?? ''), provenance: {}})
    // Containers have a name without the kind of their engine.
    return read.ok ? answered(podOfProcesses('web', read.value)) : read
  }
  return oneNamespace('netns', LABEL, pod, async id => {
    const text = TEXTS[id]
    return text === undefined
      ? missing(evidenceRow(id).title, 'not-applicable', `${LABEL} has it not`)
      : answered({id, bytes: Buffer.from(text), provenance: {from: LABEL}})
  })
}

let live: Source
let replayed: Source
beforeAll(async () => {
  live = namespaceSource()
  replayed = await captured(live, false)
})

test.each(Object.keys(OUTSIDE_QUESTIONS))(
  '%s of a workload outside Kubernetes is the same from its capture',
  async name => {
    const ask = OUTSIDE_QUESTIONS[name] ?? (async () => ({}))
    const first = plainReport(await ask(live))
    expect(Object.keys(first as object).length).toBeGreaterThan(2)
    expect(plainReport(await ask(replayed))).toEqual(first)
  },
)
