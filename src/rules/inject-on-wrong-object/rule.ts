import {defineRule, PAGES} from '../rule.js'

const INJECT = 'sidecar.istio.io/inject'

export const rule = defineRule({
  code: 'MCT1202',
  slug: 'inject-on-wrong-object',
  aliases: [],
  severity: 'warning',
  title: 'The injection label stands on the workload, not on its pods',
  why: 'Injection looks at pods only: what stands in the metadata of a Deployment or another workload is never seen.',
  fix: 'Move it to spec.template.metadata.labels.',
  references: [PAGES.injecting],
  modes: ['sidecar', 'ambient', 'none'],
  needs: [],
  check: ({pod}) => {
    const owner = {labels: pod.ownerLabels[INJECT], annotations: pod.ownerAnnotations[INJECT]}
    if (pod.labels[INJECT] !== undefined || pod.annotations[INJECT] !== undefined) return []
    return (['labels', 'annotations'] as const).flatMap(place =>
      owner[place] === undefined
        ? []
        : [
            {
              message: `${INJECT}: "${owner[place]}" on the ${pod.workload.kind} itself has no effect on its pods.`,
              path: `metadata.${place}["${INJECT}"]`,
              proof: [{from: `metadata.${place}`, text: `${INJECT}: "${owner[place]}"`}],
            },
          ],
    )
  },
})
