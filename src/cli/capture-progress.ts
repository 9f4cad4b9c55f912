import {humanSize} from '../model/human-size.js'
import type {CaptureOptions} from '../reports/capture/report.js'
import type {progressLine} from './progress-line.js'

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
