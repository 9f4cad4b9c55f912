import type {Process} from '../model/kernel/process.js'

/** What a process is to the mesh. */
export interface ProcessRole {
  readonly kind: 'envoy' | 'agent' | 'starter' | 'ztunnel' | 'control-plane' | 'app'
  /** What its arguments say, such as `configuration /etc/istio/proxy/envoy-rev.json, restart epoch 0`. */
  readonly text: string
  /** Where the agent finds services, when its arguments name a registry. */
  readonly registry?: string
}

function argument(command: string, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const at = command.indexOf(` ${name}`)
    const value = at < 0 ? undefined : /^[ =]\s*([^\s-]\S*)/.exec(command.slice(at + 1 + name.length))?.[1]
    if (value !== undefined) return value
  }
  return undefined
}

function facts(pairs: readonly (readonly [string, string | undefined])[]): string {
  return pairs.flatMap(([label, value]) => (value === undefined ? [] : [`${label} ${value}`])).join(', ')
}

function program(command: string): string {
  return (command.split(' ')[0] ?? '').split('/').at(-1) ?? ''
}

/** Which part of the mesh a command is, by its program, and what its arguments set (pilot-agent and Envoy, command line reference). */
export function processRole({command}: Pick<Process, 'command'>): ProcessRole {
  const name = program(command)
  const agent = /(?:^|[\s/])pilot-agent\s+proxy\b/.test(command)
  const registry = argument(command, '--serviceregistry', '--serviceRegistry')
  if (name === 'envoy' || name === 'envoy-wasm') {
    const text = facts([
      ['configuration', argument(command, '-c', '--config-path')],
      ['restart epoch', argument(command, '--restart-epoch')],
      ['cluster', argument(command, '--service-cluster')],
      ['node', argument(command, '--service-node')],
    ])
    return {kind: 'envoy', text: text === '' ? 'Envoy' : `Envoy: ${text}`}
  }
  if (name === 'pilot-agent') {
    const text = facts([
      ['service registry', registry],
      ['cluster', argument(command, '--serviceCluster')],
      ['discovery', argument(command, '--discoveryAddress')],
    ])
    return {kind: 'agent', text: text === '' ? "Istio's agent" : `Istio's agent: ${text}`, registry}
  }
  if (agent) return {kind: 'starter', text: "starts Istio's agent", registry}
  if (name === 'ztunnel') return {kind: 'ztunnel', text: 'ztunnel'}
  if (/^pilot-discovery$|^istiod$/.test(name)) return {kind: 'control-plane', text: 'istiod'}
  if (/^consul$/.test(name) && /\bagent\b/.test(command)) return {kind: 'control-plane', text: 'Consul agent'}
  if (/^(consul-dataplane|kuma-dp|linkerd2-proxy|linkerd2-proxy-identity)$/.test(name))
    return {kind: 'agent', text: `${name} (not Istio)`}
  return {kind: 'app', text: ''}
}
