import {mkdtemp, open, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pipeline} from 'node:stream/promises'
import {UserError} from '../../model/evidence/user-error.js'
import {humanSize} from '../../model/text/human-size.js'
import type {CaptureOptions} from '../../reports/capture/report.js'
import type {Sink} from '../../sources/bundle/sink.js'
import {removeAtExit} from '../../sources/leftovers.js'
import type {Source} from '../../sources/source.js'
import type {progressLine} from '../output/progress-line.js'

/** What a capture asks and tells on standard error: the estimate, large ones only with --yes, and how far it is. */
export function captureProgress(
  line: ReturnType<typeof progressLine>,
  yes: boolean,
): Pick<CaptureOptions, 'agree' | 'progress'> {
  return {
    agree: estimate => {
      line.note(`estimate: ${estimate.text}`)
      return !estimate.large || yes
    },
    progress: ({podsDone, pods, bytes, gaps}) =>
      line.show(`${podsDone}/${pods} pods, ${humanSize(bytes)}, ${gaps} items missing`),
  }
}

/** The source of a capture: the given one, or what an earlier bundle holds with the given one for what had failed. */
export async function continued(source: Source, earlier: string | undefined): Promise<Source> {
  if (earlier === undefined) return source
  const {openedCapture, resumedSource} = await import('../../sources/resumed.js')
  return await resumedSource(await openedCapture(earlier), source)
}

/** Where a capture writes its bundle; `streamed` when standard output gets it afterwards, so that nothing else may be printed there. */
interface CaptureTarget {
  readonly path: string
  readonly sink: Sink
  readonly streamed: boolean
}

async function targetAt(path: string, streamed: boolean): Promise<CaptureTarget> {
  const {bundleSink} = await import('../../sources/bundle/sink.js')
  return {path, sink: await bundleSink(path), streamed}
}

function fileTarget(to: string | undefined, now: Date): string {
  const path = to ?? `incident-${now.toISOString().slice(0, 19).replaceAll(':', '-')}Z.tgz`
  if (path.endsWith('.zip'))
    throw new UserError(`${path}: a bundle is a compressed tar, not a zip file`, {hint: 'Name it .tgz.'})
  return path
}

/** Where the bundle of a capture goes, and a step that follows when it is whole. */
export interface CaptureRun<T> {
  readonly captured: T
  readonly streamed: boolean
  /** Copies the bundle to standard output, when that gets it. */
  send(): Promise<void>
}

/**
 * Captures into what `--to` names: a file, by default one named after the time, or `-` for standard output, which gets the bundle when it is whole
 * and not when the capture failed. A terminal gets none. When the copy begins nothing is left to remove: writing to a pipe blocks, so an interrupt must be
 * able to end the program there.
 */
export async function withCaptureTarget<T>(
  to: string | undefined,
  now: Date,
  capture: (target: CaptureTarget) => Promise<T>,
): Promise<CaptureRun<T>> {
  if (to !== '-') {
    const captured = await capture(await targetAt(fileTarget(to, now), false))
    return {captured, streamed: false, send: async () => undefined}
  }
  if (process.stdout.isTTY)
    throw new UserError('a bundle is not written to a terminal', {hint: 'Use --to FILE, or a pipe.'})
  const folder = await mkdtemp(join(tmpdir(), 'meshctl-capture-'))
  const gone = removeAtExit(folder)
  try {
    const whole = join(folder, 'bundle.tgz')
    const captured = await capture(await targetAt(whole, true))
    const file = await open(whole)
    return {captured, streamed: true, send: () => pipeline(file.createReadStream(), process.stdout, {end: false})}
  } finally {
    await rm(folder, {recursive: true, force: true})
    gone()
  }
}
