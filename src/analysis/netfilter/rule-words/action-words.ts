import type {Action} from '../../../model/kernel/ruleset.js'

function plainMark(value: string, mask: string): string {
  return mask === '0xffffffff' ? value : `${value} (mask ${mask})`
}

function one(action: Action): string {
  switch (action.kind) {
    case 'accept':
      return 'is accepted'
    case 'drop':
      return 'is dropped'
    case 'return':
      return 'returns from this chain'
    case 'notrack':
      return 'is not tracked'
    case 'queue':
      return 'is queued to a program (NFQUEUE)'
    case 'reject':
      return `is rejected${action.reply === undefined ? '' : ` with ${action.reply}`}`
    case 'jump':
      return `jumps to ${action.chain}`
    case 'goto':
      return `goes to ${action.chain} and does not return`
    case 'redirect':
      return action.ports === undefined
        ? 'is redirected to this pod'
        : `is redirected to port ${action.ports} of this pod`
    case 'masquerade':
      return 'is masqueraded (its source becomes the address of the outgoing interface)'
    case 'dnat':
      return `is sent to ${action.to} instead (DNAT)`
    case 'snat':
      return `gets the source ${action.to} (SNAT)`
    case 'tproxy':
      return `is delivered to port ${action.port}, addresses unchanged (TPROXY)`
    case 'set-mark':
      return `is marked ${plainMark(action.value, action.mask)}`
    case 'set-connmark':
      return `marks its connection ${plainMark(action.value, action.mask)}`
    case 'save-mark':
      return 'saves its mark on its connection'
    case 'restore-mark':
      return 'gets the mark of its connection back'
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
