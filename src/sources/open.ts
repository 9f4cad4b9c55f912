import {stat} from 'node:fs/promises'
import {join} from 'node:path'
import {UserError} from '../model/user-error.js'
import type {ClusterSettings} from './cluster/settings.js'
import type {InputFile} from './files/input-file.js'
import type {Origin, Source} from './source.js'

/** What opening a source may need beside its name; cluster settings are used by the live cluster alone. */
export interface OpenOptions {
  /** The folder the program is installed in; the sample mesh lies below it. */
  readonly root: string
  readonly adminPort: number
  readonly cluster: ClusterSettings
}

/** The specs that are not a path, and what each means. */
export const SOURCE_SPECS = {
  cluster: 'the live cluster (default)',
  sample: 'the sample mesh that ships with meshctl',
  '-': 'standard input',
  'netns:NAME|PID': 'a network namespace of this machine',
  'snapshot:NAME': 'a snapshot made before (snapshot:latest for the newest)',
} as const

async function archive(path: string, packed: Uint8Array, origin: Origin): Promise<Source> {
  const {openArchive} = await import('./bundle/blobs.js')
  const {bundleSource} = await import('./bundle/source.js')
  return await bundleSource(await openArchive(path, packed), origin)
}

async function folder(path: string): Promise<Source> {
  const {openFolder} = await import('./bundle/blobs.js')
  const {bundleSource} = await import('./bundle/source.js')
  const {BUNDLE_INDEX} = await import('./bundle/layout.js')
  const files = openFolder(path, path)
  if ((await files.read(BUNDLE_INDEX)) === undefined) {
    throw new UserError(`${path} is a folder without ${BUNDLE_INDEX}, so it is not a bundle`, {
      next: `meshctl check -f ${path}/FILE.yaml   # to check manifests`,
    })
  }
  return await bundleSource(files, {kind: 'bundle', label: `bundle ${path}`})
}

/** Opens files named on the command line; one that is a bundle (folder or archive) must stand alone. */
export async function openFiles(paths: readonly string[]): Promise<Source> {
  const {isGzip, isTar, gunzipHead, readInput, readStdin, unpacked} = await import('./files/read.js')
  const {filesSource} = await import('./files/source.js')
  const inputs: InputFile[] = []
  for (const path of paths) {
    const alone = paths.length === 1
    if (path !== '-' && (await stat(path).catch(() => undefined))?.isDirectory() === true && alone)
      return await folder(path)
    const bytes = path === '-' ? await readStdin() : await readInput(path)
    const label = path === '-' ? 'standard input' : path
    const packedTar = isGzip(bytes) && isTar(gunzipHead(bytes) ?? new Uint8Array())
    if (packedTar && alone) return await archive(label, bytes, {kind: 'bundle', label: `bundle ${label}`})
    if (packedTar || isTar(bytes)) {
      throw new UserError(
        alone
          ? `${label} is a plain tar archive; bundles are gzipped (.tgz)`
          : `${label} is a bundle and must be the only input`,
      )
    }
    inputs.push(unpacked({label, bytes}))
  }
  return filesSource(inputs)
}

/** Opens the source a spec names: nothing or `cluster`, `sample`, `netns:…`, `-`, or the path of a bundle or file. */
export async function openSource(spec: string | undefined, options: OpenOptions): Promise<Source> {
  if (spec === undefined || spec === '' || spec === 'cluster') {
    const {clusterSource} = await import('./cluster/source.js')
    return await clusterSource(options.cluster)
  }
  if (spec === 'sample') {
    const {readInput} = await import('./files/read.js')
    const path = join(options.root, 'src', 'sample', 'mesh.tgz')
    return await archive('the sample mesh', await readInput(path), {kind: 'sample', label: 'the sample mesh'})
  }
  if (spec.startsWith('netns:')) {
    const {netnsSource} = await import('./netns/source.js')
    return netnsSource(spec.slice('netns:'.length), options.adminPort)
  }
  if (spec.startsWith('snapshot:')) {
    const {snapshotFolder} = await import('./snapshot/place.js')
    const {snapshotSource} = await import('./snapshot/store.js')
    return await snapshotSource(snapshotFolder(), spec.slice('snapshot:'.length))
  }
  return await openFiles([spec])
}
