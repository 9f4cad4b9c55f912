import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import type {Chance} from './chance.js'

/** Namespaces, applications and hosts that every part of a random mesh refers to. */
export const HOMES = ['a', 'b', 'istio-system'] as const
export const APPS = ['web', 'api', 'db'] as const

/** An object of a kind. */
export function made(apiVersion: string, kind: string, namespace: string, name: string, rest: object): KubeObject {
  return {apiVersion, kind, metadata: {name, namespace}, ...rest} as KubeObject
}

/** A host as users write one: short, half long, long, of outside, or with a wildcard. */
export function hostName(chance: Chance): string {
  const app = chance.of(...APPS)
  const home = chance.of('a', 'b')
  return chance.of(
    app,
    app,
    `${app}.${home}`,
    `${app}.${home}.svc.cluster.local`,
    `${app}.${home}.svc.cluster.local`,
    'ext.example.com',
    '*.example.com',
  )
}

/** Labels that select an application, or nobody. */
export function labelsOf(chance: Chance): Readonly<Record<string, string>> {
  return chance.of<Readonly<Record<string, string>>>(
    {app: chance.of(...APPS)},
    {app: chance.of(...APPS)},
    {app: 'nobody'},
    {app: chance.of(...APPS), version: chance.of('v1', 'v2')},
  )
}

/** A list of namespaces something is exported to. */
export function exported(chance: Chance): object {
  return chance.field(4, () => ({exportTo: [chance.of('.', '*', 'a', 'b', '~')]}))
}
