import {type Answer, answered, missing} from '../../model/answer.js'
import type {Artifact} from '../../model/evidence.js'
import {field, isObject, textOf} from '../decode.js'
import {parseJson} from '../json-text.js'

/** The sections of a config_dump by short name (`Clusters`, `Listeners`, …), as Envoy's admin.v3 messages (admin interface docs). */
export interface ConfigDump {
  /** The whole document as it was. */
  readonly json: unknown
  readonly sections: ReadonlyMap<string, unknown>
  /** Every ECDS section: unlike the others Envoy may write several. */
  readonly ecds: readonly unknown[]
}

const SECTION = /^type\.googleapis\.com\/envoy\.admin\.v\d\w*\.(\w+)ConfigDump$/

const NOT_A_DUMP = 'its "configs" is not a list of sections'

/** The sections: a list, or, in Envoys before 1.8, an object with one section per name. */
function configsOf(dump: unknown): readonly unknown[] | undefined {
  const configs = field(dump, 'configs')
  if (configs === undefined) return []
  if (Array.isArray(configs)) return configs
  return isObject(configs) ? Object.values(configs) : undefined
}

/** Reads a config_dump; of sections that occur twice the last wins, as in istioctl. Not a dump at all: a gap that says what it is. */
export function parseConfigDump(artifact: Artifact): Answer<ConfigDump> {
  const what = `config_dump${artifact.provenance.from === undefined ? '' : ` in ${artifact.provenance.from}`}`
  const json = parseJson(artifact.bytes, what)
  if (!json.ok) return json
  if (!isObject(json.value)) return missing(what, 'unreadable', 'it is JSON, but not an object with "configs"')
  const configs = configsOf(json.value)
  if (configs === undefined) return missing(what, 'unreadable', NOT_A_DUMP)
  const sections = new Map<string, unknown>()
  const ecds: unknown[] = []
  for (const config of configs) {
    const name = SECTION.exec(textOf(config, '@type') ?? '')?.[1]
    if (name === undefined) continue
    sections.set(name, config)
    if (name === 'Ecds') ecds.push(config)
  }
  return answered({json: json.value, sections, ecds})
}

/** One section of a dump; a dump without it is a gap in istioctl's words. */
export function section(dump: ConfigDump, name: string): Answer<unknown> {
  const found = dump.sections.get(name)
  if (found !== undefined) return answered(found)
  const type = `type.googleapis.com/envoy.admin.v3.${name}ConfigDump`
  return missing(`${name.toLowerCase()} section`, 'not-found', `config dump has no configuration type ${type}`)
}
