import {podOfProcesses} from '../../formats/containers/pod-of-processes.js'
import {parseProcesses} from '../../formats/processes.js'
import {type Answer, answered, gapSentence, missing} from '../../model/evidence/answer.js'
import {type Artifact, type EvidenceId, evidenceRow} from '../../model/evidence/evidence.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {type ExecOutcome, execAnswer, succeeded} from '../exec-answer.js'
import {run} from '../host/run.js'
import {NO_KUBERNETES, oneNamespace} from '../host/source.js'
import type {Source} from '../source.js'
import {parseSshTarget, remoteCommands} from './commands.js'

/** ssh(1) ends with 255 when it could not connect or log in. */
const NOT_CONNECTED = 255
/** Never asks for a password or a host key, gives up soon, forwards nothing, and reads no escape characters. */
const OPTIONS = [
  ...['BatchMode=yes', 'ConnectTimeout=10', 'ServerAliveInterval=5', 'ServerAliveCountMax=2'],
  ...['ForwardAgent=no', 'ForwardX11=no', 'ClearAllForwardings=yes', 'PermitLocalCommand=no', 'EscapeChar=none'],
].flatMap(option => ['-o', option])

/** The argument vector of ssh: the host follows `--`, so that it is never an option, and the command is one constant text. */
export function sshCommand(host: string, command: string): readonly string[] {
  return ['ssh', '-T', ...OPTIONS, '--', host, command]
}

/** A source for another machine, or a network namespace on it, over ssh with the user's own keys and configuration. */
export function sshSource(target: string, adminPort: number): Source {
  const parsed = parseSshTarget(target)
  if (parsed === undefined) {
    throw new UserError(`ssh:${target}: not a host, or a host with a network namespace`, {
      hint: 'Write ssh:HOST, ssh:USER@HOST or ssh:HOST,netns:NAME. Ports, keys and jump hosts belong in ~/.ssh/config.',
    })
  }
  const {host, namespace} = parsed
  const label = namespace === undefined ? `host ${host}` : `netns ${namespace} on ${host}`

  async function evidence(id: EvidenceId): Promise<Answer<Artifact>> {
    const {maxBytes, title} = evidenceRow(id)
    const outcomes: ExecOutcome[] = []
    for (const command of remoteCommands(id, {host, namespace}, adminPort)) {
      const outcome = await run(sshCommand(host, command), maxBytes)
      if (outcome.exitCode === NOT_CONNECTED || outcome.exitCode === undefined)
        return missing(title, 'unreachable', `ssh ${host}: ${outcome.stderr.trim().split('\n')[0] ?? ''}`)
      outcomes.push({...outcome, argv: command.split(' ')})
      if (succeeded(outcome)) break
    }
    if (outcomes.length === 0) return missing(title, 'not-applicable', `${label} ${NO_KUBERNETES}`)
    return execAnswer(id, outcomes, {from: label, capturedAt: new Date().toISOString()})
  }

  async function pod(): Promise<Answer<KubeObject>> {
    const answer = await evidence('net.processes')
    const read = answer.ok ? parseProcesses(answer.value) : answer
    if (!read.ok && read.gap.reason === 'unreachable')
      throw new UserError(gapSentence(read.gap), {next: `ssh ${host} true`})
    return read.ok ? answered(podOfProcesses(label, read.value)) : read
  }

  return oneNamespace('ssh', label, pod, evidence)
}
