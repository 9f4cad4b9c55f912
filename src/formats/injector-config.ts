import type {CaptureDefaults, InjectorSettings} from '../model/injection.js'
import {parseIstioVersion} from '../model/istio-version.js'
import type {KubeObject} from '../model/kube-object.js'
import {flagOf, listOf, numberOf, textOf} from './decode.js'
import {readLabelSelector} from './injection-webhook.js'
import {parseYamlText} from './kube-manifest/yaml-text.js'

const CAPTURE = [
  'includeInboundPorts',
  'excludeInboundPorts',
  'includeOutboundPorts',
  'excludeOutboundPorts',
  'includeIPRanges',
  'excludeIPRanges',
  'statusPort',
] as const

function captureOf(values: unknown): CaptureDefaults {
  const found = CAPTURE.flatMap(name => {
    const number = numberOf(values, 'global', 'proxy', name)
    const text = textOf(values, 'global', 'proxy', name) ?? (number === undefined ? undefined : String(number))
    return text === undefined ? [] : [[name, text] as const]
  })
  return Object.fromEntries(found)
}

/** The settings in the ConfigMap istio-sidecar-injector: `config` is YAML, `values` the chart's values (istio.io, injection templates). */
export function readInjectorSettings(object: KubeObject): InjectorSettings {
  const config = parseYamlText(textOf(object, 'data', 'config') ?? '')
  const values = parseYamlText(textOf(object, 'data', 'values') ?? '')
  const version = parseIstioVersion(textOf(values, 'global', 'tag'))
  const selectors = (name: string) => listOf(config, name).map(readLabelSelector)
  return {
    ...(version === undefined ? {} : {version}),
    revision: object.metadata.labels?.['istio.io/rev'] ?? 'default',
    policy: textOf(config, 'policy') ?? 'enabled',
    never: selectors('neverInjectSelector'),
    always: selectors('alwaysInjectSelector'),
    nativeNftables: flagOf(values, 'global', 'nativeNftables') ?? false,
    cni: (flagOf(values, 'pilot', 'cni', 'enabled') ?? false) || (flagOf(values, 'istio_cni', 'enabled') ?? false),
    seccompProfile: textOf(values, 'global', 'proxy', 'seccompProfile', 'type') ?? '',
    enableNamespacesByDefault: flagOf(values, 'sidecarInjectorWebhook', 'enableNamespacesByDefault') ?? false,
    capture: captureOf(values),
  }
}
