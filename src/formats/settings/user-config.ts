import {own} from '../../model/collections/own.js'
import {UserError} from '../../model/evidence/user-error.js'
import {isObject} from '../decode.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'

/** The settings of a user's file by their key, each with the environment variable that has the same effect. */
export const USER_SETTINGS: Readonly<Record<string, string>> = {
  from: 'MESHCTL_FROM',
  namespace: 'MESHCTL_NAMESPACE',
  context: 'MESHCTL_CONTEXT',
  istioNamespace: 'MESHCTL_ISTIO_NAMESPACE',
  requestTimeout: 'MESHCTL_REQUEST_TIMEOUT',
  output: 'MESHCTL_OUTPUT',
  color: 'MESHCTL_COLOR',
  quiet: 'MESHCTL_QUIET',
}

/** The environment variables that a user's file stands for; text that is not YAML, an unknown key or a list is an error. */
export function parseUserConfig(text: string, path: string): Readonly<Record<string, string>> {
  const document = parseYamlText(text)
  if (document === null) return {}
  if (!isObject(document)) throw new UserError(`${path} must have lines of the form KEY: VALUE`)
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => {
      const variable = own(USER_SETTINGS, key)
      if (variable === undefined) {
        throw new UserError(`${path}: unknown setting ${JSON.stringify(key)}`, {
          hint: `Use ${Object.keys(USER_SETTINGS).join(', ')}.`,
        })
      }
      if (!['string', 'number', 'boolean'].includes(typeof value))
        throw new UserError(`${path}: ${key} must be a single value`)
      return [variable, String(value)]
    }),
  )
}
