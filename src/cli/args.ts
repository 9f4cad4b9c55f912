import {Args} from '@oclif/core'

/** The pod a command asks about; standard input is never taken for it. */
export const podArg = Args.string({ignoreStdin: true, description: 'pod, pod.namespace, deploy/name, svc/name, …'})

/** The argument of every command about one pod. */
export const podArgument = {pod: podArg}

/** The arguments of `trace`: where a request begins and, for its way through the mesh, where it leads. */
export const fromToArguments = {
  pod: Args.string({
    ignoreStdin: true,
    description: 'pod, pod.namespace, deploy/name; with TO also ingress, or an address outside',
  }),
  to: Args.string({
    ignoreStdin: true,
    description: 'URL, service:port, address:port, pod or host the request leads to',
  }),
}
