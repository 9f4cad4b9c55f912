import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2046',
  slug: 'auto-image-pod',
  aliases: ['IST0147'],
  severity: 'error',
  title: 'Pod has the image "auto"',
  why: 'Injection replaces that image when a pod is created; this one was not injected and cannot start.',
  fix: 'Label the Namespace or the pod for injection, and recreate the pod.',
  references: [analysisPage('IST0147')],
  kinds: ['Pod'],
  check: set =>
    set.workloads().flatMap(({object, pod, containers}) => {
      const container = containers.find(({name, image}) => name === 'istio-proxy' && image === 'auto')
      if (!pod || container === undefined) return []
      return [
        {
          object,
          path: `${container.path}.image`,
          message: `The image of istio-proxy in pod ${object.ref.name} is "auto": the pod was not injected.`,
        },
      ]
    }),
}
