import type {View} from '../view.js'
import type {AnalyzeReport} from './configuration/report.js'
import {istioData, istioLog} from './forms/istio-messages.js'
import {checkView} from './view.js'

/** Istioctl's lines and documents by default, and every other form that check writes. */
export const analyzeView: View<AnalyzeReport> = {
  ...checkView,
  usual: 'log',
  data: istioData,
  jsonIndent: 4,
  showsGaps: false,
  texts: {...checkView.texts, log: istioLog},
}
