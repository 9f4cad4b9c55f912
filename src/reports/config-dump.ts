import {type ConfigDump, parseConfigDump, section} from '../formats/envoy-config-dump/parse.js'
import type {Artifact} from '../model/evidence.js'
import type {PodRef} from '../model/kube-object.js'
import type {Source} from '../sources/source.js'
import {required} from './report.js'

const ID = 'envoy.config_dump'

/** A pod's configuration as it arrived, and parsed. */
export interface LoadedDump {
  readonly artifact: Artifact
  readonly dump: ConfigDump
}

/** The sections of a config_dump a question may ask for, by the names sources know. */
export type DumpSection = 'bootstrap' | 'clusters' | 'listeners' | 'routes' | 'endpoints' | 'secrets' | 'ecds'

/** The config_dump of a pod, with at least the sections asked for; without it there is no answer. */
export async function loadDump(source: Source, subject: PodRef, sections: readonly DumpSection[]): Promise<LoadedDump> {
  const artifact = required(await source.evidence(ID, subject, {sections}), source, ID)
  return {artifact, dump: required(parseConfigDump(artifact), source, ID)}
}

/** A section the question is about: a dump without it has no answer. */
export function requiredSection(dump: ConfigDump, name: string, source: Source): unknown {
  return required(section(dump, name), source, ID)
}
