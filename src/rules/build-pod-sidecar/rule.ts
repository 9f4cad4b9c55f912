import {defineRule, PAGES} from '../rule.js'

/** What OpenShift writes on the pods that build images and roll out DeploymentConfigs (the usual entries of neverInjectSelector). */
const MARKS = ['openshift.io/build.name', 'openshift.io/deployer-pod-for.name']

export const rule = defineRule({
  code: 'MCT1211',
  slug: 'build-pod-sidecar',
  aliases: [],
  severity: 'info',
  title: 'A build or deployer pod has a sidecar',
  why: 'Such pods are made by the platform, end by themselves and serve nothing: a sidecar takes their network during the build and may keep them from ending.',
  fix: 'Add to neverInjectSelector of the injector: {matchExpressions: [{key: openshift.io/build.name, operator: Exists}]} and the same for openshift.io/deployer-pod-for.name.',
  references: [PAGES.injecting],
  modes: ['sidecar'],
  needs: [],
  check: ({pod}) => {
    const mark = MARKS.find(key => pod.labels[key] !== undefined)
    if (mark === undefined) return []
    const from = `${pod.metadataPath}.labels["${mark}"]`
    return [
      {
        message: `The pod of ${mark} ${pod.labels[mark]} got a sidecar.`,
        path: from,
        proof: [{from, text: pod.labels[mark] ?? ''}],
      },
    ]
  },
})
