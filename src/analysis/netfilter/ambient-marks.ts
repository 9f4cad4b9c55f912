import type {NetworkNamespace} from '../../model/kernel/network-namespace.js'
import {type Action, everyChain, everyRule, type Ruleset} from '../../model/kernel/ruleset.js'

/** The mark of connections that ztunnel opened: their answers go back to it over table 100 (istio-cni, in-pod redirection). */
const MARK = 0x111

const saves = ({kind}: Action): boolean => kind === 'set-connmark'
const restores = ({kind}: Action): boolean => kind === 'restore-mark'

/** True for the rules of a pod that istio-cni redirects to ztunnel: a chain of them is left, with or without rules. */
export function isAmbientPod(rulesets: readonly Ruleset[]): boolean {
  return everyChain(rulesets).some(({chain}) => ['ISTIO_PRERT', 'istio-prerouting'].includes(chain.name))
}

/** The parts of an ambient pod's rules that bring the application's answers back to ztunnel and are missing, in words; IPv4 is looked at. */
export function missingMarks(
  rulesets: readonly Ruleset[],
  {policyRules, assumed}: NetworkNamespace,
): readonly string[] {
  const ofPod = rulesets.filter(({family}) => family === 'ip' || family === 'inet')
  const actions = everyRule(ofPod).flatMap(({rule: {actions: own}}) => own)
  return [
    ...(actions.some(saves) ? [] : ['the rule that saves the mark of ztunnel for the connection (mangle ISTIO_PRERT)']),
    ...(actions.some(restores) ? [] : ['the rule that restores it for answers (mangle ISTIO_OUTPUT)']),
    ...(assumed || policyRules.some(({mark}) => mark?.value === MARK)
      ? []
      : ['the routing rule "fwmark 0x111/0xfff lookup 100"']),
  ]
}

/** What follows from missing marks, as a sentence. */
export function missingMarksText(missing: readonly string[]): string {
  return `Requests through ztunnel to this pod time out: ${missing.join(', and ')} ${missing.length === 1 ? 'is' : 'are'} missing.`
}
