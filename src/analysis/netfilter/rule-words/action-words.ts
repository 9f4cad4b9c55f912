import type {Action} from '../../../model/ruleset.js'

function plainMark(value: string, mask: string): string {
  return mask === '0xffffffff' ? value : `${value} (mask ${mask})`
}

function one(action: Action): string {
  switch (action.kind) {
    case 'accept':
      return 'is let through, this table is done with it'
    case 'drop':
      return 'is thrown away silently'
    case 'return':
      return 'is left alone here'
    case 'notrack':
      return 'is not tracked'
    case 'queue':
      return 'is handed to a program (NFQUEUE)'
    case 'reject':
      return `is refused${action.reply === undefined ? '' : ` with ${action.reply}`}`
    case 'jump':
      return `is looked at by ${action.chain}`
    case 'goto':
      return `goes on in ${action.chain} and does not come back`
    case 'redirect':
      return action.ports === undefined
        ? 'is redirected to this pod'
        : `is redirected to port ${action.ports} of this pod`
    case 'masquerade':
      return 'gets the address of the interface it leaves through'
    case 'dnat':
      return `is sent to ${action.to} instead`
    case 'snat':
      return `gets the source ${action.to}`
    case 'tproxy':
      return `is given to the socket on port ${action.port}, addresses unchanged`
    case 'set-mark':
      return `is marked ${plainMark(action.value, action.mask)}`
    case 'set-connmark':
      return `marks its connection ${plainMark(action.value, action.mask)}`
    case 'save-mark':
      return 'passes its mark on to its connection'
    case 'restore-mark':
      return 'gets the mark of its connection'
    case 'ct-zone':
      return `is tracked in zone ${action.zone}`
    case 'log':
      return 'is logged'
    case 'opaque':
      return `is treated by ${action.text} (not understood)`
  }
}

/** What a rule does with its traffic, in words. */
export function actionWords(actions: readonly Action[]): string {
  return actions.length === 0 ? 'is only counted' : actions.map(one).join(', ')
}
