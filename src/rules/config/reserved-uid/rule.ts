import {isControlPlane} from '../../../analysis/istio-config/control-plane-objects.js'
import {selectorMatches} from '../../../analysis/istio-config/label-selection.js'
import type {WorkloadConfig} from '../../../model/istio-config/kubernetes.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

const PROXY_UID = 1337
const PROXIES = ['istio-proxy', 'istio-operator']

/** The path of the setting, if an application runs as the proxy's user. */
function settingOf({runAsUser, specPath, containers}: WorkloadConfig): string | undefined {
  if (runAsUser === PROXY_UID) return `${specPath}.securityContext.runAsUser`
  const app = containers.find(each => !each.init && !PROXIES.includes(each.name) && each.runAsUser === PROXY_UID)
  return app === undefined ? undefined : `${app.path}.securityContext.runAsUser`
}

export const rule: ConfigRule = {
  code: 'MCT2047',
  slug: 'reserved-uid',
  aliases: ['IST0144'],
  severity: 'warning',
  title: 'Application runs as the proxy user',
  why: 'Traffic of user 1337 is not redirected, so the application bypasses the mesh.',
  fix: 'Set runAsUser to another user ID.',
  references: [analysisPage('IST0144')],
  kinds: ['Pod', 'Deployment'],
  check: set => {
    const all = set
      .workloads()
      .filter(({object}) => !isControlPlane(object) && ['Pod', 'Deployment'].includes(object.ref.kind))
    const deployments = all.filter(each => !each.pod && settingOf(each) !== undefined)
    return all.flatMap(each => {
      const path = settingOf(each)
      const {namespace} = each.object.ref
      // The Deployment is what has to be changed; its pods are the same finding.
      const owned = deployments.some(
        other => each.pod && other.object.ref.namespace === namespace && selectorMatches(other.labels, each.labels),
      )
      if (path === undefined || owned) return []
      return [{object: each.object, path, message: `runAsUser is ${PROXY_UID}, the proxy's uid.`}]
    })
  },
}
