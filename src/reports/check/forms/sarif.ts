import type {Log, PhysicalLocation, ReportingDescriptor, Result} from 'sarif'
import {definedFields} from '../../../model/collections/defined-fields.js'
import type {Finding, Severity} from '../../../model/finding.js'
import {objectLabel} from '../../../model/kube/pod.js'
import type {RuleInfo} from '../../../rules/rule-info.js'
import {fingerprint} from '../evaluate/fingerprint.js'
import type {CheckReport} from '../report.js'

const LEVELS = {error: 'error', warning: 'warning', info: 'note'} as const satisfies Record<Severity, string>

function descriptor({code, slug, title, why, fix, severity, references, aliases}: RuleInfo): ReportingDescriptor {
  return {
    id: code,
    name: slug,
    shortDescription: {text: title},
    fullDescription: {text: why},
    help: {text: fix},
    ...definedFields({helpUri: references[0] === undefined ? undefined : references[0]}),
    defaultConfiguration: {level: LEVELS[severity]},
    properties: {tags: ['istio', ...aliases]},
  }
}

/** The base id of objects without a file. */
const MESH = 'MESH'

/** A path as a relative reference (RFC 3986); invalid UTF-8 was replaced when the name was read. */
function fileUri(file: string): string {
  const text = Buffer.from(file).toString('utf8')
  return text.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
}

/** The line of the file; of an object of a cluster a path made of its name, as GitHub takes no result without an artifact and a line. */
function physical({place, object: {kind, namespace, name}}: Finding): PhysicalLocation {
  if (place !== undefined) {
    return {
      artifactLocation: {uri: fileUri(place.file)},
      region: {startLine: place.line, startColumn: place.column},
    }
  }
  const path = [kind, ...(namespace === '' ? [] : [namespace]), name].join('/')
  return {artifactLocation: {uri: fileUri(path), uriBaseId: MESH}, region: {startLine: 1, startColumn: 1}}
}

function result(finding: Finding, ruleIndex: number): Result {
  const {path} = finding
  const name = `${objectLabel(finding.object)}${path === undefined ? '' : `: ${path}`}`
  return {
    ruleId: finding.code,
    ...definedFields({ruleIndex: ruleIndex < 0 ? undefined : ruleIndex}),
    level: LEVELS[finding.severity],
    message: {text: `${finding.message} ${finding.fix}`},
    locations: [
      {
        physicalLocation: physical(finding),
        logicalLocations: [{fullyQualifiedName: name, kind: 'resource'}],
      },
    ],
    partialFingerprints: {'meshctlFinding/v1': fingerprint(finding)},
    ...definedFields({
      suppressions:
        finding.accepted === undefined ? undefined : [{kind: 'external' as const, justification: finding.accepted}],
    }),
  }
}

/** The findings as a SARIF 2.1.0 log (OASIS), one result each with a stable fingerprint; what was not checked is a notification. */
export function sarifLog(report: CheckReport, rules: readonly RuleInfo[], version: string): Log {
  const sorted = [...rules].sort((a, b) => (a.code < b.code ? -1 : 1))
  const indexOf = (code: string) => sorted.findIndex(rule => rule.code === code)
  const findings = report.workloads.flatMap(each => each.findings)
  const unread = [
    ...report.workloads.flatMap(each =>
      each.notChecked.map(
        ({code, gap}) => `${code} not checked for ${objectLabel(each.workload)}: ${gap.what}: ${gap.detail}`,
      ),
    ),
    ...report.skipped.map(({what, detail}) => `${what}: ${detail}`),
  ]
  const notification = (level: 'note' | 'error') => (text: string) => ({level, message: {text}})
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {driver: {name: 'meshctl', version, rules: sorted.map(descriptor)}},
        results: findings.map(finding => result(finding, indexOf(finding.code))),
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: [
              ...unread.map(notification('note')),
              ...report.damaged.map(({what, detail}) => `${what}: ${detail}`).map(notification('error')),
            ],
          },
        ],
        originalUriBaseIds: {[MESH]: {description: {text: 'Objects of the mesh: kind, namespace and name; no files.'}}},
        columnKind: 'utf16CodeUnits',
      },
    ],
  }
}
