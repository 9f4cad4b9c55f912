import {join} from 'node:path'
import type {ClusterSettings} from './cluster/credentials/settings.js'
import type {Source} from './source.js'

/** What opening a source may need besides its name; cluster settings are used by the live cluster alone. */
export interface OpenOptions {
  /** The folder the program is installed in; the sample mesh is below it. */
  readonly root: string
  readonly adminPort: number
  readonly cluster: ClusterSettings
}

/** A source that is named on the command line by a word or a prefix instead of a path. */
export interface SourceSpec {
  /** The word itself, or the prefix with its colon. */
  readonly word: string
  /** What follows the colon of a prefix, for help. */
  readonly value?: string
  readonly meaning: string
  /** Opens it, given what follows the prefix; absent for what is read as files are. */
  readonly open?: (value: string, options: OpenOptions) => Promise<Source>
}

/** Every source that is not a path: a new kind of source is a row here. The opener, help, completion and errors read this table. */
export const SOURCE_SPECS: readonly SourceSpec[] = [
  {
    word: 'cluster',
    meaning: 'the live cluster of your kubeconfig (default)',
    open: async (_, {cluster}) => await (await import('./cluster/source.js')).clusterSource(cluster),
  },
  {
    word: 'sample',
    meaning: 'the sample mesh that ships with meshctl',
    open: async (_, {root}) => {
      const {readInput} = await import('./files/read.js')
      const {openPacked} = await import('./bundle/open.js')
      const packed = await readInput(join(root, 'src', 'sample', 'mesh.tgz'))
      return await openPacked('the sample mesh', packed, {kind: 'sample', label: 'the sample mesh'})
    },
  },
  {word: '-', meaning: 'standard input'},
  {
    word: 'netns:',
    value: 'NAME|PID',
    meaning: 'a network namespace of this machine',
    open: async (value, {adminPort}) => (await import('./netns/source.js')).netnsSource(value, adminPort),
  },
  {
    word: 'docker:',
    value: 'NAME',
    meaning: 'a container of Docker, with those that share its network',
    open: async (value, {adminPort}) =>
      (await import('./containers/source.js')).containerSource('docker', value, adminPort),
  },
  {
    word: 'podman:',
    value: 'NAME',
    meaning: 'a container of Podman, with those that share its network',
    open: async (value, {adminPort}) =>
      (await import('./containers/source.js')).containerSource('podman', value, adminPort),
  },
  {
    word: 'ssh:',
    value: 'HOST[,netns:NAME]',
    meaning: 'another machine, or a network namespace on it, over ssh',
    open: async (value, {adminPort}) => (await import('./ssh/source.js')).sshSource(value, adminPort),
  },
  {
    word: 'snapshot:',
    value: 'NAME',
    meaning: 'a saved snapshot (snapshot:latest for the newest)',
    open: async value => {
      const {snapshotFolder} = await import('./snapshot/place.js')
      const {snapshotSource} = await import('./snapshot/store.js')
      return await snapshotSource(snapshotFolder(), value)
    },
  },
]

/** The row a word names, with what follows its prefix; undefined for a path. */
export function sourceSpecOf(word: string): {readonly spec: SourceSpec; readonly value: string} | undefined {
  for (const spec of SOURCE_SPECS) {
    if (spec.value === undefined) {
      if (word === spec.word) return {spec, value: ''}
    } else if (word.startsWith(spec.word) && word.length > spec.word.length) {
      return {spec, value: word.slice(spec.word.length)}
    }
  }
  return undefined
}

/** A spec as it is typed: `netns:NAME|PID`. */
export function sourceSpecUsage({word, value}: SourceSpec): string {
  return `${word}${value ?? ''}`
}
