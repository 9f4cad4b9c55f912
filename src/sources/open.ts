import {existsSync} from 'node:fs'
import {stat} from 'node:fs/promises'
import {UserError} from '../model/evidence/user-error.js'
import {nearestNames} from '../model/text/nearest.js'
import type {InputFile} from './files/input-file.js'
import type {Source} from './source.js'
import {type OpenOptions, SOURCE_SPECS, sourceSpecOf, sourceSpecUsage} from './specs.js'

async function folder(path: string): Promise<Source> {
  const {openFolder} = await import('./bundle/blobs.js')
  const {bundleSource} = await import('./bundle/source.js')
  const {BUNDLE_INDEX} = await import('./bundle/layout.js')
  const files = openFolder(path, path)
  if ((await files.read(BUNDLE_INDEX)) === undefined) {
    throw new UserError(`${path} is a directory without ${BUNDLE_INDEX}, so it is not a bundle`, {
      next: `meshctl check -f ${path}/FILE.yaml   # check manifests`,
    })
  }
  return await bundleSource(files, {kind: 'bundle', label: `bundle ${path}`})
}

/** True for gzipped tar data that begins as a bundle does. */
function isBundle(head: Uint8Array): boolean {
  return /^(bundle\.json|blobs\/)/.test(Buffer.from(head.subarray(0, 100)).toString('latin1'))
}

/** Opens files from the command line, archives unpacked; a bundle (directory or archive) must be the only input. */
export async function openFiles(paths: readonly string[]): Promise<Source> {
  const {isGzip, isTar, gunzipHead, readInput, readStdin} = await import('./files/read.js')
  const {refuseUrl} = await import('./files/refuse-url.js')
  const {filesSource} = await import('./files/source.js')
  const inputs: InputFile[] = []
  for (const path of paths) {
    refuseUrl(path)
    const alone = paths.length === 1
    if (path !== '-' && (await stat(path).catch(() => undefined))?.isDirectory() === true && alone)
      return await folder(path)
    const bytes = path === '-' ? await readStdin() : await readInput(path)
    const label = path === '-' ? 'standard input' : path
    const head = isGzip(bytes) ? (gunzipHead(bytes) ?? new Uint8Array()) : bytes
    if (isTar(head) && isBundle(head)) {
      if (!alone) throw new UserError(`${label} is a bundle and must be the only input`)
      if (!isGzip(bytes)) throw new UserError(`${label} is a plain tar archive; bundles are gzipped (.tgz)`)
      const {openPacked} = await import('./bundle/open.js')
      return await openPacked(label, bytes, {kind: 'bundle', label: `bundle ${label}`})
    }
    const {unpackAll} = await import('./files/unpack.js')
    inputs.push(...(await unpackAll({label, bytes})))
  }
  return filesSource(inputs)
}

/** Opens the source of `--from`: a row of the table of specs, or the path of a bundle or file; the cluster by default. */
export async function openSource(word: string | undefined, options: OpenOptions): Promise<Source> {
  const name = word === undefined || word === '' ? 'cluster' : word
  const {refuseUrl} = await import('./files/refuse-url.js')
  refuseUrl(name)
  const named = sourceSpecOf(name)
  if (named?.spec.open !== undefined) return await named.spec.open(named.value, options)
  if (named === undefined && !existsSync(name)) {
    const [near] = nearestNames(
      name,
      SOURCE_SPECS.map(({word}) => word),
      1,
    )
    throw new UserError(`cannot read ${name}: no such file or directory`, {
      hint: `${near === undefined ? '' : `Did you mean "${near}"? `}Valid sources: the path of a bundle or file, or ${SOURCE_SPECS.map(spec => `${sourceSpecUsage(spec)} (${spec.meaning})`).join(', ')}.`,
    })
  }
  return await openFiles([name])
}
