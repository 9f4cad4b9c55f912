import {type Action, everyRule} from '../../model/kernel/ruleset.js'
import {defineRule} from '../rule.js'

/** The mark of connections that ztunnel opened: their answers go back to it over table 100 (istio-cni, in-pod redirection). */
const MARK = 0x111

const saves = ({kind}: Action): boolean => kind === 'set-connmark'
const restores = ({kind}: Action): boolean => kind === 'restore-mark'

export const rule = defineRule({
  code: 'MCT1611',
  slug: 'ambient-marks-missing',
  aliases: [],
  severity: 'error',
  title: "Rules that mark ztunnel's connections are missing",
  why: 'ztunnel connects to the application under the address of the client: without the connection mark and its routing rule the answers leave for the client itself, and every HBONE request times out.',
  fix: 'Recreate the pod so that istio-cni sets its rules again, and find what removed them.',
  references: ['https://istio.io/latest/docs/ambient/architecture/traffic-redirection/'],
  modes: ['ambient'],
  needs: ['kernel'],
  check: (_, {kernel}) => {
    const ofPod = kernel.rulesets.filter(({family}) => family === 'ip' || family === 'inet')
    const actions = everyRule(ofPod).flatMap(({rule: {actions: own}}) => own)
    const {policyRules, assumed} = kernel.machine
    const missing = [
      ...(actions.some(saves)
        ? []
        : ['the rule that saves the mark of ztunnel for the connection (mangle ISTIO_PRERT)']),
      ...(actions.some(restores) ? [] : ['the rule that restores it for answers (mangle ISTIO_OUTPUT)']),
      ...(assumed || policyRules.some(({mark}) => mark?.value === MARK)
        ? []
        : ['the routing rule "fwmark 0x111/0xfff lookup 100"']),
    ]
    if (missing.length === 0) return []
    return [
      {
        message: `Requests through ztunnel to this pod time out: ${missing.join(', and ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
        proof: [
          {from: 'kernel rules of the pod', text: `no connection mark 0x111: ${missing.length} of 3 parts missing`},
        ],
      },
    ]
  },
})
