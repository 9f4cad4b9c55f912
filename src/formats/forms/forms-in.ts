import type {EvidenceId} from '../../model/evidence/evidence.js'
import {type InputForm, inputForm} from '../../model/evidence/input-form.js'
import {isInitDump} from '../envoy/envoy-init-dump.js'
import {isStats} from '../envoy/envoy-stats.js'
import {istioctlText} from '../istio/istioctl-text.js'
import {istioctlVersion} from '../istio/istioctl-version.js'
import {describedKind} from '../kube/described-object.js'
import {isDescribedPod} from '../kube/kubectl-describe.js'
import {kubectlTables} from '../kube/kubectl-table.js'
import {WORKLOAD_KINDS} from '../kube-pod/parse.js'
import {evidenceOfOwnAnswer, ownAnswer} from '../own-answer.js'
import {type Pasted, recognisePasted} from '../pasted/recognise.js'
import {type Sniffed, sniffAll} from '../sniff.js'
import {isBareRequest} from '../tool-output/http-exchange.js'
import {toolForms} from '../tool-output/recognise.js'
import {explainsLines, holdsAccessLog} from './log-sample.js'

const BY_KIND: Partial<Record<Sniffed, string>> = {
  'envoy.config_dump': 'dump',
  'envoy.clusters': 'clusters-page',
  'envoy.listeners': 'listeners-page',
  'envoy.server_info': 'server-info',
  'envoy.certs': 'certs',
  'envoy.logging': 'logging',
  'ztunnel.config_dump': 'ztunnel',
  'istiod.syncz': 'syncz',
  'net.nft': 'rules',
  'net.iptables.nft': 'rules',
  'net.iptables.legacy': 'rules',
  'net.ip6tables.nft': 'rules',
  'net.ip6tables.legacy': 'rules',
  'net.sockets': 'sockets',
  'net.processes': 'processes',
  'net.ip-addr': 'addresses',
  'net.ip-route': 'routes',
  'net.ip-rule': 'routing-rules',
  'log.istio-init': 'init-log',
  objects: 'objects',
  containers: 'containers',
}

function pastedForms({dump, evidence, tables}: Pasted): readonly string[] {
  const sections = new Set(dump.map(({section}) => section))
  const started =
    sections.has('Bootstrap') && dump.every(({lists}) => Object.keys(lists).every(name => name.startsWith('static_')))
  const fromDump = started
    ? ['bootstrap']
    : sections.has('Bootstrap') || sections.size > 3
      ? ['dump']
      : [...sections].map(section => `dump-${section.toLowerCase()}`)
  const fromTables = tables.map(({kind}) => `table-${kind}`)
  const isTable = tables.some(({kind}) => kind === 'proxy-status')
  const pages = evidence.map(each => each.evidence).filter(id => !(isTable && id === 'istiod.syncz'))
  return [
    ...(sections.size > 3 ? ['dump'] : fromDump),
    ...pages.map((id: EvidenceId) => BY_KIND[id] ?? id),
    ...fromTables,
  ]
}

/** True for objects that include events and no pods or workloads. */
function isOnlyEvents(text: string): boolean {
  const kinds = new Set(
    [...text.matchAll(/^[ \t-]*["']?kind["']?[ \t]*:[ \t]*["']?([A-Za-z]+)/gm)].map(([, kind]) => kind ?? ''),
  )
  const top =
    /^(?:- |[ \t]{0,8})["']?(?:reportingComponent|reportingController|involvedObject|regarding)["']?[ \t]*:/m.test(text)
  return (
    kinds.has('Event') && top && !/^["']?spec["']?[ \t]*:|^[ \t]+["']?(?:containers|template)["']?[ \t]*:/m.test(text)
  )
}

/** Kinds that `check` judges, and templates that may hold them. */
const JUDGED = new RegExp(
  `["']?kind["']?[ \\t]*:[ \\t]*["']?(?:${[...WORKLOAD_KINDS, 'PodTemplate', 'WorkloadEntry', 'Template'].join('|')})\\b`,
)
const ANY_KIND = /["']?kind["']?[ \t]*:[ \t]*["']?[A-Z]/

/** True for objects of which none makes pods: `check` has nothing to judge in them. */
function isConfiguration(text: string): boolean {
  return ANY_KIND.test(text) && !JUDGED.test(text)
}

/** The formats a file contains, the most specific first; empty when none is recognised. Never fails. */
export function formsIn(label: string, bytes: Uint8Array): readonly InputForm[] {
  const answer = ownAnswer(bytes)
  const again = answer === undefined ? undefined : evidenceOfOwnAnswer(bytes)
  if (answer !== undefined && answer.kind !== 'ProxyStatusReport')
    return [...(again === undefined ? [] : formsIn(label, Buffer.from(again))), inputForm('own-answer')]
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1_048_576)).toString('utf8')
  const kinds = sniffAll(bytes).flatMap(kind => BY_KIND[kind] ?? [])
  const whole = kinds[0] === 'dump' && text.includes('"configs"')
  const pasted = whole ? [] : pastedForms(recognisePasted(label, bytes))
  const direct = kinds.filter(kind => kind !== 'dump' || (whole && pasted.length === 0))
  const rules = direct.includes('rules') || direct.includes('init-log')
  const described = isDescribedPod(text)
  const rulesFromArguments = !rules && !described && /\bistio-iptables\s+-\w/.test(text)
  const pages = [
    ...(rulesFromArguments ? ['init-args'] : []),
    ...(istioctlVersion(text) === undefined ? [] : ['version']),
    ...(isInitDump(text) ? ['init-dump'] : []),
    ...(istioctlText(text) === undefined ? [] : ['istioctl-text']),
    ...(pasted.length === 0 && isStats(text) ? ['stats'] : []),
    ...(!direct.includes('objects') && kubectlTables(text).length > 0 ? ['kubectl-table'] : []),
    ...(whole ? [] : toolForms(text)),
    ...(direct.length === 0 && /^\ufeff?-----BEGIN CERTIFICATE-----\s*$/m.test(text) ? ['pem'] : []),
  ]
  const found = [
    ...new Set([
      ...(described ? ['described-pod'] : describedKind(text) === undefined ? [] : ['described-object']),
      ...pasted,
      ...direct.filter(id => !(pasted.length > 0 && id === 'objects')),
      ...pages,
    ]),
  ]
  const only = !rules && found.length === 0 && explainsLines(text)
  const log = only || (found.length > 0 && holdsAccessLog(text)) ? ['log'] : []
  const bare = found.length + log.length === 0 && isBareRequest(text) ? ['http-exchange'] : []
  const events = found.includes('objects') && isOnlyEvents(text)
  const named = events ? 'events' : isConfiguration(text) ? 'configuration' : 'objects'
  return [...found.map(id => (id === 'objects' ? named : id)), ...log, ...bare].map(inputForm)
}
