import {UserError} from '../model/user-error.js'
import type {Source} from '../sources/source.js'

/** What each command reads of a single file, by the first word of its id; the others read what any of these read. */
const READS: Readonly<Record<string, string>> = {
  iptables: 'kernel rules',
  packet: 'kernel rules',
  ports: 'a list of sockets',
  'proxy-config': 'an Envoy config_dump',
  'server-info': "Envoy's /server_info page",
  trace: 'an Envoy config_dump',
}

/** Commands whose question is about a pod's proxy or the rules that lead to it: among several pods one with a sidecar is meant. */
const ABOUT_PROXY = ['iptables', 'packet', 'proxy-config', 'server-info', 'trace']

function firstWord(id: string): string {
  return id.split(/[: ]/, 1)[0] ?? ''
}

/** True when a command asks about a proxy rather than about any pod. */
export function isAboutProxy(id: string): boolean {
  return ABOUT_PROXY.includes(firstWord(id))
}

/** Refuses a file given with -f that holds pods or text about them instead of one proxy's evidence, and says how it can be used. */
export function refuseFileOfPods(source: Source, path: string, id: string): void {
  if (source.impliedSubject !== undefined) return
  const wanted = READS[firstWord(id)] ?? 'evidence of one proxy'
  const command = `meshctl ${id.replaceAll(':', ' ')}`
  const next = `${command} POD --from ${path}`
  if (source.origin.kind === 'bundle') {
    throw new UserError(`${path} is a bundle of pods; -f reads one file with ${wanted}`, {hint: 'Name the pod.', next})
  }
  throw new UserError(`${source.origin.label} holds Kubernetes objects or text about them, not ${wanted}`, {
    hint: 'Manifests can say what a named pod should have: give them with --from.',
    next,
  })
}
