import {defineRule, PAGES} from '../rule.js'

/** Labels OpenShift sets on build and deployer pods (the usual entries of neverInjectSelector). */
const BUILD_LABELS = ['openshift.io/build.name', 'openshift.io/deployer-pod-for.name']

export const rule = defineRule({
  code: 'MCT1211',
  slug: 'build-pod-sidecar',
  aliases: [],
  severity: 'info',
  title: 'OpenShift build or deployer pod has a sidecar',
  why: 'The platform creates these pods and they serve no traffic: a sidecar captures their network during the build and may keep them from completing.',
  fix: 'Add to neverInjectSelector of the injector: {matchExpressions: [{key: openshift.io/build.name, operator: Exists}]} and the same for openshift.io/deployer-pod-for.name.',
  references: [PAGES.injecting],
  modes: ['sidecar'],
  needs: [],
  check: ({pod}) => {
    const label = BUILD_LABELS.find(key => pod.labels[key] !== undefined)
    if (label === undefined) return []
    const from = `${pod.metadataPath}.labels["${label}"]`
    return [
      {
        message: `The pod with label ${label}=${pod.labels[label]} has a sidecar.`,
        path: from,
        proof: [{from, text: pod.labels[label] ?? ''}],
      },
    ]
  },
})
