import {failureFromStatus} from './classify.js'
import {gapInStatus} from './gap-status.js'
import {execExitCode, parseKubeStatus} from './kube-status.js'
import {WireFailure} from './wire-failure.js'

/** The exit code in the status text a remote command ended with; a missing, unreadable or other status is a failure. */
export function exitCodeIn(text: string, how: string): number | WireFailure {
  const status = parseKubeStatus(text)
  if (status === undefined) {
    const got = text === '' ? 'without a status' : 'with an unreadable status'
    return new WireFailure('lost', `the connection ended ${got}${how}`)
  }
  // A served bundle reports why it has no output of this command, which is more specific than its exit code.
  const exitCode = gapInStatus(status) === undefined ? execExitCode(status) : undefined
  return exitCode ?? failureFromStatus(status)
}
