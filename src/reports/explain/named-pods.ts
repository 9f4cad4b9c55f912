import type {LogLine} from '../../model/envoy/log-line.js'

/** Names of Kubernetes objects; nothing else from a log gets into a command. */
const NAME = '[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?'
const PREFIX = new RegExp(`^\\[pod/(${NAME})/[^\\]]*\\]`)
const IN_NAMESPACE = new RegExp(`^(${NAME}) in (${NAME})(?: |$)`)
const OTHER_END = /of the (?:server|destination)|on both sides|of both sides/

function endOf(text: string | undefined): string | undefined {
  const [, name, namespace] = IN_NAMESPACE.exec(text ?? '') ?? []
  return name === undefined ? undefined : `${name} -n ${namespace}`
}

/** The next command with the pod the line itself names: the one whose log it is, or of ztunnel the other end; without one POD stays. */
export function withPod(next: string, raw: string, line: LogLine | undefined): string {
  const access = line?.kind === 'access' ? line : undefined
  const pod = OTHER_END.test(next) ? endOf(access?.destination) : (PREFIX.exec(raw)?.[1] ?? endOf(access?.source))
  return pod === undefined ? next : next.replace(/\bPOD\b/, pod)
}

/** True for a command in which a person still has to put names. */
export function hasPlaceholder(next: string): boolean {
  return /\b(?:POD|NAMESPACE|NAME|OTHER|IP)\b/.test(next)
}
