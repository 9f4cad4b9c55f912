import {parseCheckReport} from '../../src/formats/check-report.js'
import {lineOfService} from '../../src/formats/containers/compose.js'
import {inspectedContainers, podsOfContainers} from '../../src/formats/containers/outside-pods.js'
import {parseCerts} from '../../src/formats/envoy/envoy-certs.js'
import {parseClusters} from '../../src/formats/envoy/envoy-clusters.js'
import {parseInitDump} from '../../src/formats/envoy/envoy-init-dump.js'
import {parseEnvoyListeners} from '../../src/formats/envoy/envoy-listeners.js'
import {parseLogging} from '../../src/formats/envoy/envoy-logging.js'
import {parseServerInfo} from '../../src/formats/envoy/envoy-server-info.js'
import {parseStats, parseStatsPage} from '../../src/formats/envoy/envoy-stats.js'
import {
  certificatesIn,
  fingerprints,
  pemBlocks,
  readCertificate,
} from '../../src/formats/envoy-config-dump/certificate.js'
import {lazyDump} from '../../src/formats/envoy-config-dump/lazy-sections.js'
import {listenerSockets} from '../../src/formats/envoy-config-dump/listener-sockets.js'
import {parseConfigDump, parseSections} from '../../src/formats/envoy-config-dump/parse.js'
import {parseBatch} from '../../src/formats/exec-batch.js'
import {readExpectations} from '../../src/formats/expectations/parse.js'
import {formsIn} from '../../src/formats/forms/forms-in.js'
import {htmlText, isHtml} from '../../src/formats/html-text.js'
import {ambientzIn, parseAmbientz} from '../../src/formats/istio/ambientz.js'
import {istioctlText} from '../../src/formats/istio/istioctl-text.js'
import {istioctlVersion} from '../../src/formats/istio/istioctl-version.js'
import {parseSyncz} from '../../src/formats/istio/istiod-syncz.js'
import {parseZtunnelDump} from '../../src/formats/istio/ztunnel-dump.js'
import {holdsMeshConfig, readMeshConfig, readMeshNetworks} from '../../src/formats/istio-config/mesh-config.js'
import {parseTables} from '../../src/formats/istioctl-table/parse.js'
import {describeNonText, isJson, parseJson} from '../../src/formats/json-text.js'
import {describedObject} from '../../src/formats/kube/described-object.js'
import {describedPod} from '../../src/formats/kube/kubectl-describe.js'
import {kubectlTables} from '../../src/formats/kube/kubectl-table.js'
import {embeddedManifests} from '../../src/formats/kube-manifest/embedded.js'
import {parseManifest, parseObjects} from '../../src/formats/kube-manifest/parse.js'
import {placesIn} from '../../src/formats/kube-manifest/place.js'
import {parseYamlText} from '../../src/formats/kube-manifest/yaml-text.js'
import {parseLogLine} from '../../src/formats/log-line/parse.js'
import {denialIn} from '../../src/formats/netfilter/denial.js'
import {parseIpAddresses, parseIpRoutes, parseIpRules} from '../../src/formats/netfilter/ip-facts.js'
import {isIpSets, parseIpSets} from '../../src/formats/netfilter/ipset.js'
import {parseRules} from '../../src/formats/netfilter/parse-rules.js'
import {evidenceOfOwnAnswer, ownAnswer} from '../../src/formats/own-answer.js'
import {recognisePasted} from '../../src/formats/pasted/recognise.js'
import {parseProbeOutput} from '../../src/formats/probe/parse.js'
import {parseProcesses} from '../../src/formats/processes.js'
import {scrubJson, scrubText} from '../../src/formats/redact/scrub.js'
import {parseBaseline} from '../../src/formats/settings/baseline.js'
import {parseChange} from '../../src/formats/settings/change-file.js'
import {parseCheckConfig} from '../../src/formats/settings/check-config.js'
import {sniff, sniffAll} from '../../src/formats/sniff.js'
import {parseConnections} from '../../src/formats/sockets/connections.js'
import {parseSockets} from '../../src/formats/sockets/parse.js'
import {parseCniConfigs} from '../../src/formats/tool-output/cni-config.js'
import {parseTrackedConnections} from '../../src/formats/tool-output/connections.js'
import {parseDnsAnswer} from '../../src/formats/tool-output/dns-answer.js'
import {parseEnvoyMemory, parseReady, parseRuntime} from '../../src/formats/tool-output/envoy-state-pages.js'
import {parseKialiValidations, parseLinkerdCheck} from '../../src/formats/tool-output/findings-of-tools.js'
import {parseHttpExchange} from '../../src/formats/tool-output/http-exchange.js'
import {parseOtherIstiodPages} from '../../src/formats/tool-output/istiod-other-pages.js'
import {parseIstiodPages} from '../../src/formats/tool-output/istiod-pages.js'
import {parseLoadTest} from '../../src/formats/tool-output/load-test.js'
import {parseMeshSettings} from '../../src/formats/tool-output/mesh-settings.js'
import {parseMetrics} from '../../src/formats/tool-output/metrics.js'
import {parsePackets} from '../../src/formats/tool-output/packets.js'
import {withPlainLines} from '../../src/formats/tool-output/recognise.js'
import {parseSocketCounters} from '../../src/formats/tool-output/socket-counters.js'
import {parseSpans} from '../../src/formats/tool-output/spans.js'
import {parseTlsCheck} from '../../src/formats/tool-output/tls-check.js'
import {parseTlsClient} from '../../src/formats/tool-output/tls-client.js'
import {joinedRecords} from '../../src/formats/wrapped-text/joined-records.js'
import {newSideOfDiff} from '../../src/formats/wrapped-text/unified-diff.js'
import {unwrapLines} from '../../src/formats/wrapped-text/unwrap.js'
import type {Artifact} from '../../src/model/evidence/evidence.js'
import {UserError} from '../../src/model/evidence/user-error.js'

type Parser = (bytes: Buffer) => unknown

function ofArtifact(parse: (artifact: Artifact) => unknown): Parser {
  return bytes => parse({id: 'envoy.config_dump', bytes, provenance: {}})
}

function ofText(parse: (text: string) => unknown): Parser {
  return bytes => parse(bytes.toString('utf8'))
}

/** A reader of files a user writes refuses them with an error for people. */
function refusing(parse: Parser): Parser {
  return bytes => {
    try {
      return parse(bytes)
    } catch (error) {
      if (error instanceof UserError) return error.message
      throw error
    }
  }
}

/** Everything that reads a text from outside, by the name of the function; `parsers.test.ts` holds that none is missing. */
export const PARSERS: Readonly<Record<string, Parser>> = {
  denialIn: ofText(denialIn),
  describedObject: ofText(describedObject),
  describedPod: ofText(describedPod),
  inspectedContainers: ofText(inspectedContainers),
  describeNonText: bytes => describeNonText(bytes, 'a list'),
  embeddedManifests: ofText(embeddedManifests),
  evidenceOfOwnAnswer,
  fingerprints: ofText(fingerprints),
  formsIn: bytes => formsIn('file', bytes),
  htmlText: ofText(htmlText),
  ambientzIn: ofText(ambientzIn),
  isHtml: ofText(isHtml),
  isIpSets: ofText(isIpSets),
  parseCniConfigs: ofText(parseCniConfigs),
  isJson: ofText(isJson),
  istioctlText: ofText(istioctlText),
  istioctlVersion: ofText(istioctlVersion),
  joinedRecords: ofText(joinedRecords),
  kubectlTables: ofText(kubectlTables),
  lazyDump: bytes => lazyDump(bytes)?.configs.length,
  lineOfService: bytes => lineOfService(bytes.toString('utf8'), 'app'),
  listenerSockets: ofArtifact(listenerSockets),
  ownAnswer,
  parseBaseline: refusing(bytes => parseBaseline(bytes.toString('utf8'), 'file')),
  parseCerts: ofArtifact(parseCerts),
  parseChange: refusing(parseChange),
  parseCheckConfig: refusing(bytes => parseCheckConfig(bytes.toString('utf8'), 'file')),
  parseCheckReport: ofText(parseCheckReport),
  parseClusters: ofArtifact(parseClusters),
  parseConfigDump: ofArtifact(parseConfigDump),
  parseConnections: ofText(parseConnections),
  parseDnsAnswer: ofText(parseDnsAnswer),
  parseEnvoyListeners: ofArtifact(artifact => parseEnvoyListeners(artifact, true)),
  parseHttpExchange: ofText(parseHttpExchange),
  parseInitDump: ofText(parseInitDump),
  parseIpAddresses: ofText(parseIpAddresses),
  parseIpRoutes: ofText(parseIpRoutes),
  parseIpRules: ofText(parseIpRules),
  parseBatch: bytes => parseBatch(bytes, [[['ss', '-ltn']]]),
  holdsMeshConfig: refusing(ofText(holdsMeshConfig)),
  parseJson: bytes => parseJson(bytes, 'file'),
  parseKialiValidations: ofText(parseKialiValidations),
  parseLinkerdCheck: ofText(parseLinkerdCheck),
  parseLoadTest: ofText(parseLoadTest),
  parseLogging: ofArtifact(parseLogging),
  parseLogLine: ofText(parseLogLine),
  parseManifest,
  parseEnvoyMemory: ofText(parseEnvoyMemory),
  parseReady: ofText(parseReady),
  parseRuntime: ofText(parseRuntime),
  parseIstiodPages: ofText(parseIstiodPages),
  parseOtherIstiodPages: ofText(parseOtherIstiodPages),
  parseTlsCheck: ofText(parseTlsCheck),
  parseMeshSettings: ofText(parseMeshSettings),
  parseMetrics: ofText(parseMetrics),
  parseObjects,
  parsePackets: ofText(parsePackets),
  parseProbeOutput: bytes => parseProbeOutput('curl', bytes, bytes.toString('utf8'), 0),
  parseProcesses: ofArtifact(parseProcesses),
  parseRules: ofText(parseRules),
  parseSections: ofArtifact(artifact => parseSections(artifact, ['Listeners', 'Clusters'])),
  parseServerInfo: ofArtifact(parseServerInfo),
  parseSocketCounters: ofText(parseSocketCounters),
  parseSockets: bytes => parseSockets({bytes}),
  parseSpans: ofText(parseSpans),
  parseStats: ofText(parseStats),
  parseStatsPage: ofArtifact(parseStatsPage),
  parseSyncz: ofArtifact(parseSyncz),
  parseTables: ofText(parseTables),
  parseTlsClient: ofText(parseTlsClient),
  parseTrackedConnections: ofText(parseTrackedConnections),
  parseYamlText: refusing(ofText(parseYamlText)),
  pemBlocks: ofText(pemBlocks),
  readCertificate: ofText(readCertificate),
  parseAmbientz: ofArtifact(parseAmbientz),
  parseIpSets: ofArtifact(parseIpSets),
  parseZtunnelDump: ofArtifact(parseZtunnelDump),
  certificatesIn: ofText(certificatesIn),
  placesIn: bytes => placesIn(bytes)({kind: 'Pod', namespace: 'demo', name: 'a'}, 'spec'),
  podsOfContainers: refusing(ofText(podsOfContainers)),
  readExpectations: refusing(ofText(readExpectations)),
  readMeshConfig: ofText(text => readMeshConfig(text, 'istio-system')),
  readMeshNetworks: ofText(text => readMeshNetworks(text, 'istio-system/istio')),
  recognisePasted: bytes => recognisePasted('file', bytes),
  scrubJson: ofText(scrubJson),
  scrubText: ofText(scrubText),
  sniff,
  sniffAll,
  newSideOfDiff: ofText(newSideOfDiff),
  unwrapLines: ofText(unwrapLines),
  withPlainLines: ofText(withPlainLines),
}

/** Functions of the formats that take a name or a key, no text from outside. */
export const NO_PARSERS = [
  'heldForm',
  'isWorkloadKind',
  'placeholderPerSecret',
  'podOfProcesses',
  'podOfSockets',
  'schemaOf',
]
