import type {PodRef} from '../../../model/kube/kube-object.js'
import type {PodModel} from '../../../model/kube/pod.js'
import {WireFailure} from '../../../wire/wire-failure.js'
import type {Live} from '../live.js'
import {podPath} from './known-pods.js'
import {containerWords, proxyContainer} from './proxy-container.js'

/** Why a proxy does not answer: the container's state, last exit and last log line. */
export async function whyProxyIsDown(live: Live, ref: PodRef): Promise<string | undefined> {
  let pod: PodModel
  try {
    pod = await live.pod(ref, true)
  } catch (error) {
    if (error instanceof WireFailure) return `the pod could not be read: ${error.message}`
    throw error
  }
  const phase = pod.status?.phase ?? 'Unknown'
  const container = proxyContainer(pod)
  if (container === undefined) return undefined
  const line = await lastLogLine(live, ref, container.name, container.state?.state !== 'running')
  const said = line === undefined ? '' : `; it last logged: ${line}`
  return `the pod is ${phase}${pod.terminating ? ' and being deleted' : ''}, ${containerWords(container)}${said}`
}

async function lastLogLine(live: Live, ref: PodRef, container: string, ended: boolean): Promise<string | undefined> {
  for (const previous of ended ? ['', '&previous=true'] : ['']) {
    const path = `${podPath(ref)}/log?container=${encodeURIComponent(container)}&tailLines=1${previous}`
    try {
      const answer = await live.api.get({path, accept: '*/*', maxBytes: 64 * 1024, totalMs: 5000})
      const line = answer.body.toString('utf8').trim().split('\n').at(-1)?.slice(0, 300)
      if (line !== undefined && line !== '') return line
    } catch (error) {
      // The log is optional here.
      if (!(error instanceof WireFailure)) throw error
    }
  }
  return undefined
}
