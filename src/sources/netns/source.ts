import {existsSync} from 'node:fs'
import {type Answer, missing} from '../../model/answer.js'
import {type Artifact, type EvidenceId, evidenceRow} from '../../model/evidence.js'
import type {KubeObject, PodRef} from '../../model/kube-object.js'
import {UserError} from '../../model/user-error.js'
import {type ExecOutcome, execAnswer, succeeded} from '../exec-answer.js'
import type {ObjectQuery, Source} from '../source.js'
import {run} from './run.js'

/** Run by a child node inside the namespace: GET a local page and copy it out; a status other than 200 is exit code 22. */
const FETCH = `
const [port, path] = process.argv.slice(1)
const request = require('node:http').get({host: '127.0.0.1', port, path: '/' + path, timeout: 10000}, answer => {
  if (answer.statusCode !== 200) { console.error('HTTP ' + answer.statusCode); process.exitCode = 22 }
  answer.pipe(process.stdout)
})
request.on('timeout', () => request.destroy(new Error('no answer within 10 s')))
request.on('error', error => { console.error(error.message); process.exitCode = 7 })
`

/** Name the namespace's file: \`/proc/PID/ns/net\` for a number, \`/run/netns/NAME\` as ip-netns(8) keeps them. */
function namespaceFile(target: string): string {
  if (/^\d+$/.test(target)) return `/proc/${target}/ns/net`
  if (/^[A-Za-z0-9_.-]+$/.test(target) && target !== '.' && target !== '..') return `/run/netns/${target}`
  throw new UserError(`netns:${target}: not a process id or the name of a network namespace`)
}

/**
 * A source for one network namespace on this machine: commands run through nsenter(1), Envoy's admin port is queried from inside it.
 * There are no Kubernetes objects, so anything that needs them is "not applicable".
 */
export function netnsSource(target: string, adminPort: number): Source {
  const file = namespaceFile(target)
  if (!existsSync(file)) {
    throw new UserError(`network namespace ${target} not found (${file} does not exist)`, {next: 'ip netns list'})
  }
  const label = `netns ${target}`

  function inside(argv: readonly string[], maxBytes: number): Promise<ExecOutcome> {
    return run(['nsenter', `--net=${file}`, '--', ...argv], maxBytes)
  }

  async function commands(
    id: EvidenceId,
    tries: readonly (readonly string[])[],
    maxBytes: number,
  ): Promise<Answer<Artifact>> {
    const outcomes: ExecOutcome[] = []
    for (const argv of tries) {
      const outcome = await inside(argv, maxBytes)
      outcomes.push({...outcome, argv})
      if (succeeded(outcome)) break
    }
    return execAnswer(id, outcomes, {from: label, capturedAt: new Date().toISOString()})
  }

  async function evidence(id: EvidenceId, _subject: PodRef): Promise<Answer<Artifact>> {
    const {how, maxBytes, title} = evidenceRow(id)
    if (how.via === 'exec') return await commands(id, how.tries, maxBytes)
    if (how.via !== 'admin') return missing(title, 'not-applicable', `${label} has no Kubernetes`)
    const outcome = await inside([process.execPath, '-e', FETCH, String(adminPort), how.path], maxBytes)
    const provenance = {from: label, path: how.path, capturedAt: new Date().toISOString()}
    if (succeeded(outcome)) return {ok: true, value: {id, bytes: outcome.stdout, provenance}}
    return missing(title, 'unreachable', `GET 127.0.0.1:${adminPort}/${how.path} in ${label}: ${outcome.stderr.trim()}`)
  }

  return {
    origin: {kind: 'netns', label},
    traits: {live: true, complete: true},
    defaultNamespace: '',
    impliedSubject: {namespace: '', name: label, implied: true},
    offers: () => ['kernel rules, sockets, routes', "Envoy's admin pages"],
    objects: async (query: ObjectQuery): Promise<Answer<readonly KubeObject[]>> =>
      missing(`${query.kind} objects`, 'not-applicable', `${label} has no Kubernetes`),
    evidence,
    close: async () => {},
  }
}
