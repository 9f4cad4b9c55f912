import {meshOf} from '../../analysis/netfilter/chain-owners.js'
import {humanDuration} from '../../model/text/human-duration.js'
import type {Source} from '../../sources/source.js'
import type {Kernel} from './read-kernel.js'

/** When the state of a source was observed: now for a live one, the time of its recording else; undefined for files given by hand. */
function observedAt({traits, origin}: Source): Date | undefined {
  if (traits.live) return new Date()
  return traits.complete && origin.capturedAt !== undefined ? new Date(origin.capturedAt) : undefined
}

function ageText(setAt: string | undefined, at: Date | undefined): string {
  if (setAt === undefined) return ''
  const age = at === undefined ? Number.NaN : at.getTime() - Date.parse(setAt)
  return age >= 0 ? ` ${humanDuration(age)} ago` : ` at ${setAt}`
}

/**
 * What a headline must say first about rules that are not the current ones: who set them up, when, and that the kernel was not read. Undefined for
 * rules that were read from the kernel, given as its listing, or computed.
 */
export function startUpNotice({from, setAt, rulesets}: Kernel, source: Source): string | undefined {
  if (from !== 'log') return undefined
  const unread = source.traits.complete ? 'could not be read' : 'are not in the file'
  const mesh = meshOf(rulesets)
  const who = mesh === undefined || mesh === 'Istio' ? 'istio-init' : `the init container of ${mesh}`
  return `Current kernel rules ${unread}; this is what ${who} set up${ageText(setAt, observedAt(source))}`
}
