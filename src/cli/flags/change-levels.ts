import {setTimeout as sleep} from 'node:timers/promises'
import {podLabel} from '../../model/kube/kube-object.js'
import {changeText, changeToRestore, type LevelChange, setLevels} from '../../reports/log-levels/change.js'
import type {LogLevelReport, PodLevels} from '../../reports/log-levels/report.js'
import type {Source} from '../../sources/source.js'
import {undoable} from '../output/interrupt.js'
import {remark} from '../output/streams.js'

/** The command that restores a pod's current levels. */
function restoreCommandLine({pod, levels}: PodLevels): string {
  return `meshctl proxy-config log ${podLabel(pod)} --level ${changeText(changeToRestore(levels))}`
}

/**
 * Sets log levels and shows them; first prints the command that restores them. With a duration it waits, and restores the previous levels at the end,
 * on Ctrl-C and on any failure.
 */
export async function changeLevels(
  source: Source,
  before: LogLevelReport,
  change: LevelChange,
  forMs: number | undefined,
  show: (report: LogLevelReport) => Promise<void>,
  say: (text: string) => Promise<void> = remark,
): Promise<void> {
  for (const pod of before.pods) await say(`to restore the previous levels: ${restoreCommandLine(pod)}`)
  if (forMs === undefined) {
    await show(await setLevels(source, before, () => change))
    return
  }
  await undoable(async signal => {
    try {
      await show(await setLevels(source, before, () => change))
      await say(`restoring the previous levels in ${Math.round(forMs / 1000)} s, or on Ctrl-C`)
      await sleep(forMs, undefined, {signal}).catch(() => undefined)
    } finally {
      const {gaps} = await setLevels(source, before, ({levels}) => changeToRestore(levels))
      await say(
        gaps.length === 0
          ? 'previous levels restored'
          : 'the previous levels could not be restored on every proxy; use the commands above',
      )
    }
  })
}
