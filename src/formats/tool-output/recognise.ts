import {ambientzIn} from '../istio/ambientz.js'
import {isIpSets} from '../netfilter/ipset.js'
import {parseCniConfigs} from './cni-config.js'
import {parseTrackedConnections} from './connections.js'
import {parseDnsAnswer} from './dns-answer.js'
import {parseEnvoyMemory, parseReady, parseRuntime} from './envoy-state-pages.js'
import {parseKialiValidations, parseLinkerdCheck} from './findings-of-tools.js'
import {isHttpExchange} from './http-exchange.js'
import {parseOtherIstiodPages} from './istiod-other-pages.js'
import {parseIstiodPages} from './istiod-pages.js'
import {parseLoadTest} from './load-test.js'
import {parseMeshSettings} from './mesh-settings.js'
import {parseMetrics} from './metrics.js'
import {parsePackets} from './packets.js'
import {isSocketCounters} from './socket-counters.js'
import {parseSpans} from './spans.js'
import {parseTlsCheck} from './tls-check.js'
import {parseTlsClient} from './tls-client.js'

/** The forms of text that programs around a mesh print, each with its recognition. */
const TOOLS: readonly (readonly [form: string, is: (text: string) => boolean])[] = [
  ['tls-client', text => parseTlsClient(text) !== undefined],
  ['dns-answer', text => parseDnsAnswer(text) !== undefined],
  ['http-exchange', isHttpExchange],
  ['connections', text => parseTrackedConnections(text).length > 0],
  ['packets', text => parsePackets(text).length > 0],
  ['socket-counters', isSocketCounters],
  ['metrics', text => parseMetrics(text).length > 0],
  ['load-test', text => parseLoadTest(text).length > 0],
  ['spans', text => parseSpans(text).length > 0],
  ['kiali', text => parseKialiValidations(text).length > 0],
  ['linkerd-check', text => parseLinkerdCheck(text).length > 0],
  ['cni-config', text => parseCniConfigs(text).length > 0],
  ['ip-sets', isIpSets],
  ['ambientz', text => ambientzIn(text) !== undefined],
  ['istiod-pages', text => parseIstiodPages(text) !== undefined],
  ['istiod-self', text => parseOtherIstiodPages(text).length > 0],
  ['memory', text => parseEnvoyMemory(text) !== undefined],
  ['runtime', text => parseRuntime(text).length > 0],
  ['ready', text => parseReady(text) !== undefined],
  ['tls-check', text => parseTlsCheck(text).length > 0],
  ['settings', text => parseMeshSettings(text) !== undefined],
]

/** The text without a byte order mark and with line feeds alone, as the readers of these forms take it. */
export function withPlainLines(text: string): string {
  return text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
}

/** The forms of other programs' output in a text, in the order of the table. */
export function toolForms(text: string): readonly string[] {
  const plain = withPlainLines(text)
  return TOOLS.filter(([, is]) => is(plain)).map(([form]) => form)
}
