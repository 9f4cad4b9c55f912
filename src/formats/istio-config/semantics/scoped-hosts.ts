import {parseIp} from '../../../model/kernel/ip-address.js'
import {isDnsLabel, isWildcardName, type Problem, problemIf} from './problem.js'

/** What is wrong with the name of a host in a Gateway or Sidecar, which is never a short one; a Gateway takes addresses too. */
function nameProblems(name: string, path: string, gateway: boolean): readonly Problem[] {
  const quoted = JSON.stringify(name)
  const valid = isWildcardName(name) || (gateway && parseIp(name) !== undefined)
  return [
    ...problemIf(
      name !== '*' && !name.includes('.'),
      path,
      `${quoted} is not a full name: short names are not looked up`,
    ),
    ...problemIf(!valid, path, `${quoted} is not a DNS name`),
    ...problemIf(/^\*[^.]|.\*/.test(name), path, `${quoted} is a partial wildcard`),
  ]
}

/** What is wrong with a host of a Gateway: HOST or NAMESPACE/HOST, with `*` or `.` (its own) for the namespace. */
export function gatewayHostProblems(host: string, path: string): readonly Problem[] {
  const slash = host.indexOf('/')
  if (slash < 0) return nameProblems(host, path, true)
  const [namespace, name] = [host.slice(0, slash), host.slice(slash + 1)]
  return [
    ...problemIf(namespace === '' || name === '', path, `${JSON.stringify(host)} is not NAMESPACE/HOST`),
    ...problemIf(
      !['*', '.'].includes(namespace) && !isDnsLabel(namespace),
      path,
      `${JSON.stringify(namespace)} is not a namespace`,
    ),
    ...nameProblems(name, path, true),
  ]
}

/** What is wrong with a host of a Sidecar: NAMESPACE/HOST, where `~` before the namespace excludes it. */
export function egressHostProblems(host: string, path: string): readonly Problem[] {
  const slash = host.indexOf('/')
  if (slash < 0) return [{path, message: `${JSON.stringify(host)} is not NAMESPACE/HOST`}]
  const [written, name] = [host.slice(0, slash), host.slice(slash + 1)]
  const namespace = written.replace(/^~/, '')
  return [
    ...problemIf(written === '' || name === '', path, `${JSON.stringify(host)} is not NAMESPACE/HOST`),
    ...problemIf(
      !['', '*', '.'].includes(namespace) && !isDnsLabel(namespace),
      path,
      `${JSON.stringify(written)} is not a namespace`,
    ),
    ...nameProblems(name, path, false),
  ]
}
