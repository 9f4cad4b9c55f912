import {existsSync, readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {brotliDecompressSync} from 'node:zlib'
import {listOf, numberOf, objectOf, textOf, textsOf} from '../../src/formats/decode.js'
import {SHARED} from './shared-data.js'

/** One recorded run of istioctl on a file: what was asked, when, and what came out. */
export interface RecordedRun {
  readonly slug: string
  readonly argv: readonly string[]
  readonly exit: number
  readonly at: string
  readonly out: string
}

/** Recorded runs with the files they read. */
export interface Corpus {
  readonly runs: readonly RecordedRun[]
  read(path: string): Uint8Array
}

function run(entry: unknown, out: string): RecordedRun {
  return {
    slug: textOf(entry, 'slug') ?? '',
    argv: textsOf(entry, 'argv'),
    exit: numberOf(entry, 'exit') ?? -1,
    at: textOf(entry, 'at') ?? '',
    out,
  }
}

/** The selection kept in the repository: three proxies (a sidecar, one with a Sidecar resource, a gateway) and 130 runs. */
export function keptCorpus(): Corpus {
  const packed = brotliDecompressSync(readFileSync(resolve('test/fixtures/istioctl/corpus.json.br')))
  const content: unknown = JSON.parse(packed.toString('utf8'))
  return {
    runs: listOf(content, 'runs').map(each => run(each, textOf(each, 'out') ?? '')),
    read: path => Buffer.from(String(objectOf(content, 'files')?.[path] ?? ''), 'utf8'),
  }
}

/** Every recorded run, when the larger recordings are at hand. */
export function wholeCorpus(): Corpus | undefined {
  const folder = join(SHARED, 'istioctl/file')
  if (!existsSync(join(folder, 'index.json'))) return undefined
  const index: unknown = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'))
  return {
    runs: (Array.isArray(index) ? index : []).map(entry =>
      run(entry, readFileSync(join(folder, `${textOf(entry, 'slug')}.out`), 'utf8')),
    ),
    read: path => readFileSync(join(SHARED, 'mesh', path)),
  }
}
