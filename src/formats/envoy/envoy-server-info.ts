import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import {field, flagOf, isObject, textOf} from '../decode.js'
import {parseJson} from '../json-text.js'

/** What Envoy says about itself. */
export interface ServerInfo {
  readonly version: string
  readonly build: readonly string[]
  readonly state: string
  readonly uptime: string
  readonly uptimeAllEpochs: string
  readonly hotRestartVersion: string
  readonly nodeId: string
  readonly nodeCluster: string
  readonly istioVersion: string
  /** Command-line options that are set, as `name=value`. */
  readonly options: readonly string[]
  readonly json: unknown
}

function optionText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (typeof value === 'number') return value === 0 ? undefined : String(value)
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.join(',')
  return value === true ? 'true' : undefined
}

/** Options worth showing: those that differ from nothing; a whole configuration given inline is not repeated. */
function optionsOf(info: unknown): readonly string[] {
  const options = field(info, 'command_line_options')
  if (!isObject(options)) return []
  return Object.entries(options).flatMap(([name, value]) => {
    const text = name === 'config_yaml' ? undefined : optionText(value)
    return text === undefined ? [] : [`${name}=${text}`]
  })
}

/** Reads the `/server_info` page (admin.v3.ServerInfo); its version is `commit/version/status/type/ssl`. */
export function parseServerInfo(artifact: Artifact): Answer<ServerInfo> {
  const what = `server_info page${artifact.provenance.from === undefined ? '' : ` in ${artifact.provenance.from}`}`
  const json = parseJson(artifact.bytes, what)
  if (!json.ok) return json
  const info = json.value
  const version = textOf(info, 'version')
  if (version === undefined) return missing(what, 'unreadable', 'it is JSON, but has no "version"')
  const [commit = '', number = '', ...build] = version.split('/')
  return answered({
    version: number === '' ? version : number,
    build: number === '' ? [] : [...build, `commit ${commit}`],
    state: textOf(info, 'state') ?? (flagOf(info, 'live') === false ? 'NOT_LIVE' : 'LIVE'),
    uptime: textOf(info, 'uptime_current_epoch') ?? '',
    uptimeAllEpochs: textOf(info, 'uptime_all_epochs') ?? '',
    hotRestartVersion: textOf(info, 'hot_restart_version') ?? '',
    nodeId: textOf(info, 'node', 'id') ?? '',
    nodeCluster: textOf(info, 'node', 'cluster') ?? '',
    istioVersion: textOf(info, 'node', 'metadata', 'ISTIO_VERSION') ?? '',
    options: optionsOf(info),
    json: info,
  })
}
