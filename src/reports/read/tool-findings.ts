import {ambientWorkloadFindings} from '../../analysis/tool-output/ambient-workloads.js'
import {cniFindings} from '../../analysis/tool-output/cni-config.js'
import {connectionFindings} from '../../analysis/tool-output/connections.js'
import {dnsFindings} from '../../analysis/tool-output/dns-answer.js'
import {memoryFindings, readyFindings, runtimeFindings} from '../../analysis/tool-output/envoy-state-pages.js'
import {httpFindings} from '../../analysis/tool-output/http-exchange.js'
import {ipSetFindings} from '../../analysis/tool-output/ip-sets.js'
import {otherIstiodPageFindings} from '../../analysis/tool-output/istiod-other-pages.js'
import {istiodPageFindings} from '../../analysis/tool-output/istiod-pages.js'
import {loadFindings} from '../../analysis/tool-output/load-test.js'
import {settingFindings} from '../../analysis/tool-output/mesh-settings.js'
import {metricFindings} from '../../analysis/tool-output/metrics.js'
import {packetFindings} from '../../analysis/tool-output/packets.js'
import {spanFindings} from '../../analysis/tool-output/spans.js'
import {tlsCheckFindings} from '../../analysis/tool-output/tls-check.js'
import {tlsFindings} from '../../analysis/tool-output/tls-client.js'
import {ambientzIn} from '../../formats/istio/ambientz.js'
import {parseIpSets} from '../../formats/netfilter/ipset.js'
import {parseCniConfigs} from '../../formats/tool-output/cni-config.js'
import {parseTrackedConnections} from '../../formats/tool-output/connections.js'
import {parseDnsAnswer} from '../../formats/tool-output/dns-answer.js'
import {parseEnvoyMemory, parseReady, parseRuntime} from '../../formats/tool-output/envoy-state-pages.js'
import {parseKialiValidations, parseLinkerdCheck} from '../../formats/tool-output/findings-of-tools.js'
import {parseHttpExchange} from '../../formats/tool-output/http-exchange.js'
import {parseOtherIstiodPages} from '../../formats/tool-output/istiod-other-pages.js'
import {parseIstiodPages} from '../../formats/tool-output/istiod-pages.js'
import {parseLoadTest} from '../../formats/tool-output/load-test.js'
import {parseMeshSettings} from '../../formats/tool-output/mesh-settings.js'
import {parseMetrics} from '../../formats/tool-output/metrics.js'
import {parsePackets} from '../../formats/tool-output/packets.js'
import {withPlainLines} from '../../formats/tool-output/recognise.js'
import {parseSocketCounters} from '../../formats/tool-output/socket-counters.js'
import {parseSpans} from '../../formats/tool-output/spans.js'
import {parseTlsCheck} from '../../formats/tool-output/tls-check.js'
import {parseTlsClient} from '../../formats/tool-output/tls-client.js'
import type {InputForm} from '../../model/evidence/input-form.js'
import type {ToolFinding} from '../../model/evidence/tool-output.js'

function sentencesOf(findings: readonly ToolFinding[]): readonly string[] {
  return findings.map(({level, code, subject, message}) => {
    const name = code === undefined ? level : `${level} ${code}`
    return `${name}: ${subject}${message === '' ? '' : `: ${message}`}`
  })
}

function counters(text: string): readonly string[] {
  const found = parseSocketCounters(text)
  return found.length === 0
    ? ['no TCP counter that indicates a fault is above zero']
    : found.map(({value, means}) => `${value}: ${means}`)
}

type Findings = (text: string) => readonly string[]

const optional =
  <T>(parse: (text: string) => T | undefined, findings: (value: T) => readonly string[]): Findings =>
  text => {
    const value = parse(text)
    return value === undefined ? [] : findings(value)
  }

/** What the output of each program says, by its form. */
const FINDINGS: Readonly<Record<string, Findings>> = {
  'http-exchange': optional(parseHttpExchange, httpFindings),
  'tls-client': optional(parseTlsClient, tlsFindings),
  'dns-answer': optional(parseDnsAnswer, dnsFindings),
  connections: text => connectionFindings(parseTrackedConnections(text)),
  packets: text => packetFindings(parsePackets(text)),
  'socket-counters': counters,
  metrics: text => metricFindings(parseMetrics(text)),
  'load-test': text => loadFindings(parseLoadTest(text)),
  spans: text => spanFindings(parseSpans(text)),
  kiali: text => sentencesOf(parseKialiValidations(text)),
  'linkerd-check': text => sentencesOf(parseLinkerdCheck(text)),
  'cni-config': text => parseCniConfigs(text).flatMap(cniFindings),
  'ip-sets': text => ipSetFindings(parseIpSets({bytes: Buffer.from(text)})),
  ambientz: optional(ambientzIn, ambientWorkloadFindings),
  'istiod-pages': optional(parseIstiodPages, istiodPageFindings),
  'istiod-self': text => otherIstiodPageFindings(parseOtherIstiodPages(text)),
  memory: optional(parseEnvoyMemory, memoryFindings),
  runtime: text => runtimeFindings(parseRuntime(text)),
  ready: optional(parseReady, readyFindings),
  'tls-check': text => tlsCheckFindings(parseTlsCheck(text)),
  settings: optional(parseMeshSettings, ({kind, values}) => settingFindings(kind, values)),
}

/** What the output of other programs in a text says: requests, handshakes, names, connections, packets, metrics, spans. */
export function toolFindings(forms: readonly InputForm[], text: string): readonly string[] {
  const plain = withPlainLines(text)
  return forms.flatMap(({id}) => (Object.hasOwn(FINDINGS, id) ? (FINDINGS[id]?.(plain) ?? []) : []))
}
