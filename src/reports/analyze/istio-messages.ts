import {definedFields} from '../../model/collections/defined-fields.js'
import type {Finding, Severity} from '../../model/finding.js'
import type {AnalyzeReport} from './report.js'

const LEVELS: Readonly<Record<Severity, string>> = {error: 'Error', warning: 'Warning', info: 'Info'}
const ISTIO_DOCS = 'https://istio.io/v1.31/docs/reference/config/analysis'
const OWN_DOCS = 'https://github.com/meshctl/meshctl/blob/main/docs/rules.md'

/** One message as istioctl names its parts. */
interface IstioMessage {
  readonly cluster?: string
  readonly code: string
  readonly documentationUrl: string
  readonly level: string
  readonly message: string
  readonly origin: string
  readonly path?: string
  readonly reference?: string
}

function originOf({object: {kind, namespace, name}}: Finding): string {
  return namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}

/** The findings that are not suppressed, as istioctl's messages: with Istio's code where a rule has one. */
function messagesOf({listed, rules, clusters}: AnalyzeReport): readonly IstioMessage[] {
  const codes = new Map(rules.map(({code, aliases}) => [code, aliases[0]]))
  return listed
    .filter(({finding}) => finding.accepted === undefined)
    .map(({finding, cluster}): IstioMessage => {
      const {code, rule, severity, message, path, place} = finding
      const istio = codes.get(code)
      return {
        ...definedFields({cluster: clusters.length > 1 && cluster !== undefined ? cluster : undefined}),
        code: istio ?? code,
        documentationUrl:
          istio === undefined
            ? `${OWN_DOCS}#${code.toLowerCase()}-${rule}`
            : `${ISTIO_DOCS}/${istio.toLowerCase()}/?ref=istioctl-analyze`,
        level: LEVELS[severity],
        message,
        origin: originOf(finding),
        ...definedFields({
          path,
          reference:
            place === undefined ? undefined : `${place.file === 'standard input' ? '-' : place.file}:${place.line}`,
        }),
      }
    })
}

/** The list istioctl writes with -o json and yaml; `path` is added, the field the message is about. */
export function istioData(report: AnalyzeReport): unknown {
  return messagesOf(report)
}

/** The lines istioctl writes: `LEVEL [CODE] (KIND NAME FILE:LINE) TEXT`. */
export function istioLog(report: AnalyzeReport): string {
  const lines = messagesOf(report).map(({cluster, level, code, origin, reference, message}) => {
    const at = reference === undefined ? origin : `${origin} ${reference}`
    return `${level} [${code}]${cluster === undefined ? '' : ` [${cluster}]`} (${at}) ${message.replaceAll('\n', ' ')}`
  })
  return lines.map(line => `${line}\n`).join('')
}
