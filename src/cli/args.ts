import {Args} from '@oclif/core'

/** The pod a command asks about; standard input is never taken for it. */
export const podArg = Args.string({ignoreStdin: true, description: 'pod, pod.namespace, deploy/name, svc/name, …'})

/** The argument of every command about one pod. */
export const podArgument = {pod: podArg}
