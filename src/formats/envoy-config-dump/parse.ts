import {isUtf8} from 'node:buffer'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import {field, isObject, textOf} from '../decode.js'
import {parseJson} from '../json-text.js'
import {sectionSlices} from './slices.js'

/** The sections of a config_dump by short name (`Clusters`, `Listeners`, …), as Envoy's admin.v3 messages (admin interface docs). */
export interface ConfigDump {
  /** The whole document as it was; undefined when only some sections were read. */
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

/** Sorts sections by name; of sections that occur twice the last wins, as in istioctl. */
function sorted(configs: readonly unknown[]): Pick<ConfigDump, 'sections' | 'ecds'> {
  const sections = new Map<string, unknown>()
  const ecds: unknown[] = []
  for (const config of configs) {
    const name = SECTION.exec(textOf(config, '@type') ?? '')?.[1]
    if (name === undefined) continue
    sections.set(name, config)
    if (name === 'Ecds') ecds.push(config)
  }
  return {sections, ecds}
}

/** Reads a config_dump. Not a dump at all: a gap that says what it is. */
export function parseConfigDump(artifact: Artifact): Answer<ConfigDump> {
  const what = `config_dump${artifact.provenance.from === undefined ? '' : ` in ${artifact.provenance.from}`}`
  const json = parseJson(artifact.bytes, what)
  if (!json.ok) return json
  if (!isObject(json.value)) return missing(what, 'unreadable', 'it is JSON, but not an object with "configs"')
  const configs = configsOf(json.value)
  if (configs === undefined) return missing(what, 'unreadable', NOT_A_DUMP)
  return answered({json: json.value, ...sorted(configs)})
}

/** The sections wanted, each parsed on its own; undefined when the layout or a section does not allow it. */
function parseSlices({bytes}: Artifact, wanted: readonly string[]): readonly unknown[] | undefined {
  const slices = isUtf8(bytes) ? sectionSlices(bytes) : undefined
  if (slices === undefined) return undefined
  const configs: unknown[] = []
  for (const {type, start, end} of slices) {
    if (!wanted.includes(SECTION.exec(type)?.[1] ?? '')) continue
    const section = parseJson(bytes.subarray(start, end), type)
    if (!section.ok) return undefined
    configs.push(section.value)
  }
  return configs
}

/**
 * Reads only the sections named, when the dump is laid out as Envoy prints it: what is not asked for is neither parsed
 * nor kept, which is most of the time and memory of a large dump. Any other layout is read as a whole.
 */
export function parseSections(artifact: Artifact, wanted: readonly string[]): Answer<ConfigDump> {
  const configs = parseSlices(artifact, wanted)
  return configs === undefined ? parseConfigDump(artifact) : answered({json: undefined, ...sorted(configs)})
}

/** One section of a dump; a dump without it is a gap in istioctl's words. */
export function section(dump: ConfigDump, name: string): Answer<unknown> {
  const found = dump.sections.get(name)
  if (found !== undefined) return answered(found)
  const type = `type.googleapis.com/envoy.admin.v3.${name}ConfigDump`
  return missing(`${name.toLowerCase()} section`, 'not-found', `config dump has no configuration type ${type}`)
}
