import {createHash} from 'node:crypto'
import type {Finding} from '../../../model/finding.js'
import {objectLabel} from '../../../model/kube/pod.js'

/**
 * A stable identity of a finding: rule, object and path, with container names instead of indexes; without a
 * path, the message without its numbers, which may be addresses and counts.
 */
export function fingerprint({code, object, path, container, message}: Finding): string {
  const named = container === undefined ? path : path?.replace(/ontainers\[\d+\]/, `ontainers[${container}]`)
  const where = named ?? message.replace(/\d+/g, '#')
  return createHash('sha256')
    .update([code, objectLabel(object), where].join('\n'))
    .digest('hex')
    .slice(0, 32)
}
