import type {Log, ReportingDescriptor, Result} from 'sarif'
import type {Finding, Severity} from '../../../model/finding.js'
import {objectLabel} from '../../../model/pod.js'
import type {Rule} from '../../../rules/rule.js'
import {fingerprint} from '../fingerprint.js'
import type {CheckReport} from '../report.js'

const LEVELS = {error: 'error', warning: 'warning', info: 'note'} as const satisfies Record<Severity, string>

function descriptor({code, slug, title, why, fix, severity, references, aliases}: Rule): ReportingDescriptor {
  return {
    id: code,
    name: slug,
    shortDescription: {text: title},
    fullDescription: {text: why},
    help: {text: fix},
    ...(references[0] === undefined ? {} : {helpUri: references[0]}),
    defaultConfiguration: {level: LEVELS[severity]},
    properties: {tags: ['istio', ...aliases]},
  }
}

/** A path as a relative reference (RFC 3986); bytes that are no text were replaced when the name was read. */
function fileUri(file: string): string {
  const text = Buffer.from(file).toString('utf8')
  return text.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
}

function result(finding: Finding, ruleIndex: number): Result {
  const {place, path} = finding
  const name = `${objectLabel(finding.object)}${path === undefined ? '' : `: ${path}`}`
  return {
    ruleId: finding.code,
    ...(ruleIndex < 0 ? {} : {ruleIndex}),
    level: LEVELS[finding.severity],
    message: {text: `${finding.message} ${finding.fix}`},
    locations: [
      {
        ...(place === undefined
          ? {}
          : {
              physicalLocation: {
                artifactLocation: {uri: fileUri(place.file)},
                region: {startLine: place.line, startColumn: place.column},
              },
            }),
        logicalLocations: [{fullyQualifiedName: name, kind: 'resource'}],
      },
    ],
    partialFingerprints: {'meshctlFinding/v1': fingerprint(finding)},
    ...(finding.accepted === undefined
      ? {}
      : {suppressions: [{kind: 'external' as const, justification: finding.accepted}]}),
  }
}

/** The findings as a SARIF 2.1.0 log (OASIS), one result each with a stable fingerprint; what was not checked is a notification. */
export function sarifLog(report: CheckReport, rules: readonly Rule[], version: string): Log {
  const sorted = [...rules].sort((a, b) => (a.code < b.code ? -1 : 1))
  const indexOf = (code: string) => sorted.findIndex(rule => rule.code === code)
  const findings = report.workloads.flatMap(each => each.findings)
  const unread = [
    ...report.workloads.flatMap(each =>
      each.notChecked.map(
        ({code, gap}) => `${code} not checked for ${objectLabel(each.workload)}: ${gap.what}: ${gap.detail}`,
      ),
    ),
    ...report.damaged.map(({what, detail}) => `${what}: ${detail}`),
  ]
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
            toolExecutionNotifications: unread.map(text => ({level: 'note' as const, message: {text}})),
          },
        ],
        columnKind: 'utf16CodeUnits',
      },
    ],
  }
}
