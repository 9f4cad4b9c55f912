import {Args} from '@oclif/core'

/** The pod a command is about; never read from standard input. */
export const podArg = Args.string({ignoreStdin: true, description: 'pod, pod.namespace, deploy/name, svc/name, …'})

/** The argument of every command about one pod. */
export const podArgument = {pod: podArg}

/** The arguments of `trace`: the source of a request and, for its path through the mesh, its destination. */
export const fromToArguments = {
  pod: Args.string({
    ignoreStdin: true,
    description: 'pod, pod.namespace or deploy/name; with TO also "ingress" or an external address',
  }),
  to: Args.string({
    ignoreStdin: true,
    description: 'destination of the request: URL, service:port, address:port, pod or host',
  }),
}
