import {definedFields} from '../../model/collections/defined-fields.js'
import {UserError} from '../../model/evidence/user-error.js'

/** Exit codes of `istioctl analyze`: findings at the threshold, unreadable input, wrong usage, and everything else. */
const ISTIOCTL_EXIT = {findings: 79, unreadable: 65, usage: 64, failed: 1} as const

/** The exit code istioctl would use for ours; 3 means that input could not be read, or that something was not evaluated. */
export function istioctlExit(code: number, unreadable: boolean): number {
  if (code === 1) return ISTIOCTL_EXIT.findings
  if (code === 3) return unreadable ? ISTIOCTL_EXIT.unreadable : 0
  return code === 0 ? 0 : ISTIOCTL_EXIT.failed
}

/** An error with istioctl's exit code: 64 for wrong usage, 65 for input none of which can be read, 1 for any other failure; internal errors stay unchanged. */
export function withIstioctlExit(error: Error, usage: boolean): Error {
  if (error instanceof UserError) {
    const {message, hint, next, gap} = error
    const failed = gap?.reason === 'unreadable' ? ISTIOCTL_EXIT.unreadable : ISTIOCTL_EXIT.failed
    const exitCode = usage ? ISTIOCTL_EXIT.usage : failed
    return new UserError(message, {
      exitCode,
      ...definedFields({hint, next}),
    })
  }
  if (!('oclif' in error) || ('code' in error && error.code === 'EEXIT')) return error
  const [sentence = ''] = error.message.split('\n')
  return new UserError(sentence, {exitCode: ISTIOCTL_EXIT.usage, next: 'meshctl analyze --help'})
}
