import {type Gap, gapSentence} from '../../model/evidence/answer.js'
import type {PathReport} from './path-report.js'

/** What traces could not read and what they assume, each once: a report that rests on several traces says it too. */
export interface Heard {
  add(report: Pick<PathReport, 'gaps' | 'notes'> & Partial<Pick<PathReport, 'caveats'>>): void
  gaps(): readonly Gap[]
  notes(): readonly string[]
}

/** Nothing heard yet. */
export function openHeard(): Heard {
  const gaps = new Map<string, Gap>()
  const notes = new Set<string>()
  return {
    add(report) {
      for (const gap of report.gaps) gaps.set(gapSentence(gap), gap)
      for (const note of [...(report.caveats ?? []), ...report.notes]) notes.add(note)
    },
    gaps: () => [...gaps.values()],
    notes: () => [...notes],
  }
}
