import {createHash} from 'node:crypto'
import type {Finding} from '../../../model/finding.js'
import {objectLabel} from '../../../model/pod.js'

/**
 * The same for the same finding on another day: rule, object and path, in which containers have names and not numbers; where there is no
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
