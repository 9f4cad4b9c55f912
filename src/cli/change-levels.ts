import {setTimeout as sleep} from 'node:timers/promises'
import {podLabel} from '../model/kube-object.js'
import {changeText, type LevelChange, setLevels, wayBackTo} from '../reports/log-levels/change.js'
import type {LogLevelReport, PodLevels} from '../reports/log-levels/report.js'
import type {Source} from '../sources/source.js'
import {undoable} from './interrupt.js'
import {remark} from './streams.js'

/** The command that brings a pod's levels back to what they are now. */
function wayBackLine({pod, levels}: PodLevels): string {
  return `meshctl proxy-config log ${podLabel(pod)} --level ${changeText(wayBackTo(levels))}`
}

/**
 * Sets log levels and shows them; the way back is told first. With a duration it stays, and brings the old levels back at the end,
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
  for (const pod of before.pods) await say(`the way back: ${wayBackLine(pod)}`)
  if (forMs === undefined) {
    await show(await setLevels(source, before, () => change))
    return
  }
  await undoable(async signal => {
    try {
      await show(await setLevels(source, before, () => change))
      await say(`bringing the old levels back in ${Math.round(forMs / 1000)} s, or on Ctrl-C`)
      await sleep(forMs, undefined, {signal}).catch(() => undefined)
    } finally {
      const {gaps} = await setLevels(source, before, ({levels}) => wayBackTo(levels))
      await say(
        gaps.length === 0
          ? 'the old levels are back'
          : 'the old levels could not be brought back everywhere; use the commands above',
      )
    }
  })
}
