import {meshOf} from '../../analysis/netfilter/chain-owners.js'
import {isAmbientRuleset} from '../../analysis/netfilter/istio-names.js'
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

/** How logs of CNI plugins name themselves: by pod, container, scope or program. */
const CNI_LOG =
  /\b(istio-cni|install-cni)\b|"scope":"cni|\t(cni|cni-agent|cni-plugin|repair)\t|\b(info|warn|error|debug) +(cni|cni-agent|cni-plugin|repair) /
const HEAD = 65_536

/** The program that set the rules of a log up. */
function setUpBy({bytes, rulesets}: Kernel): string {
  const mesh = meshOf(rulesets)
  const head = Buffer.from(bytes.subarray(0, HEAD)).toString('utf8')
  if (mesh === 'Linkerd' && head.includes('linkerd-cni')) return 'linkerd-cni'
  if (mesh !== undefined && mesh !== 'Istio') return `the init container of ${mesh}`
  return isAmbientRuleset(rulesets) || CNI_LOG.test(head) ? 'istio-cni' : 'istio-init'
}

/**
 * What a headline must say first about rules that are not the current ones: who set them up, when, and that the kernel was not read. Undefined for
 * rules that were read from the kernel, given as its listing, or computed, and for those that were not applied: nothing set them up.
 */
export function startUpNotice(kernel: Kernel, source: Source): string | undefined {
  const {from, setAt, failure} = kernel
  if (from !== 'log') return undefined
  const unread = source.traits.complete ? 'could not be read' : 'are not in the file'
  if (failure?.rules === 'not-applied') return `Current kernel rules ${unread}`
  return `Current kernel rules ${unread}; this is what ${setUpBy(kernel)} set up${ageText(setAt, observedAt(source))}`
}
