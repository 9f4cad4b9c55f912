import {UserError} from '../../model/evidence/user-error.js'
import type {Source} from '../../sources/source.js'

/** Rejects a file given with -f that holds pods or text about them instead of one proxy's evidence; the error says how to use it. */
export function refuseFileOfPods(source: Source, path: string, id: string, reads?: string): void {
  if (source.impliedSubject !== undefined) return
  const wanted = reads ?? 'evidence of one proxy'
  const command = `meshctl ${id.replaceAll(':', ' ')}`
  const next = `${command} POD --from ${path}`
  if (source.traits.complete) {
    throw new UserError(`${path} is a bundle; -f reads one file with ${wanted}`, {hint: 'Specify the pod.', next})
  }
  throw new UserError(`${source.origin.label} contains Kubernetes objects or kubectl output, not ${wanted}`, {
    hint: 'To compute what a pod in these manifests should have, pass them with --from.',
    next,
  })
}
