import { pathOf, type PathStep } from '../../domain/log/record-path.ts';

/** What a plan asks of a log, in the order in which a person reads it. */
export const fieldRoles = [
  'id',
  'timestamp',
  'unit',
  'servedBy',
  'latency',
  'error',
  'prediction',
  'score',
  'label',
  'input',
  'outcomes',
] as const;
export type FieldRole = (typeof fieldRoles)[number];

/** The word for each on the command line and in what is printed. */
export const roleWords: Readonly<Record<FieldRole, string>> = {
  id: 'id',
  timestamp: 'time',
  unit: 'unit',
  servedBy: 'version',
  latency: 'latency',
  error: 'error',
  prediction: 'prediction',
  score: 'score',
  label: 'label',
  input: 'input',
  outcomes: 'outcomes',
};

/** Other words that mean the same, as people and plans write them. */
export const otherWords: Readonly<Record<string, FieldRole>> = {
  timestamp: 'timestamp',
  user: 'unit',
  servedby: 'servedBy',
  status: 'error',
  truth: 'label',
  answer: 'prediction',
};

/** Names that such fields have in the logs of the world, the most telling first; only letters and digits count. */
export const usualNames = {
  id: words(`requestid xrequestid reqid id txnid transactionid eventid inferenceid predictionid callid messageid invocationid
    correlationid clientrequestid traceid trace spanid recordid logid rowid uuid`),
  timestamp:
    words(`timestamp time ts eventtime requesttime starttime starttimeunixnano timeunixnano timeiso8601 receivedat createdat
    loggedat asctime at datetime date msec unixtime epoch timestampms eventtimestamp startedat`),
  unit: words(`userid user customerid customer accountid account memberid clientid visitorid uid subjectid enduserid enduser patientid cardid
    sessionid session tenantid tenant deviceid device organizationid orgid requester userpseudoid cookieid remoteuser
    remoteaddr remoteip clientip ip downstreamremoteaddress xforwardedfor`),
  input: words('input inputs text prompt features query payload request requestbody body question message'),
  label:
    words(`label groundtruth truth target expected actual expectedanswer truelabel actuallabel reviewedlabel ytrue isfraud chargeback
    outcomelabel goldlabel trueclass actualclass correctlabel correctclass correctanswer trueintent truevalue actualvalue reference y`),
  servedBy:
    words(`modelversion servedversion version servedby servingversion variant modelvariant deployment deploymentname deployedmodelid
    servedentityid upstreamcluster upstreamname upstream backend podversion revision release model modelname genairesponsemodel
    responsemodel modelid arm experimentarm experimentgroup servedmodel upstreamaddr upstreamhost inferenceservicename`),
  prediction:
    words(`prediction predicted predictedlabel predictedclass predictedintent pred ypred yhat decision answer output outputs
    response responsebody completion result intent category class`),
  score: words('score probability proba confidence fraudscore riskscore modelscore predictionscore prob'),
  latency:
    words(`latencyms latency durationms duration elapsedms elapsed responsetimems responsetime executiondurationms executionduration
    executiontimems processingtimems processingtime inferencetimems inferencetime upstreamresponsetime requesttime timetakenms timetaken tookms
    took totaltime servicetime responsetimeseconds durationseconds latencyseconds durationus latencyus durationns latencyns rt`),
  /** When a request ended, beside a time at which it began. */
  end: words('endtime endtimeunixnano endedat finishedat completedat respondedat endtimestamp responseat'),
  error:
    words(`statuscode httpstatuscode httpresponsestatuscode responsestatuscode responsecode httpstatus status error errortype
    errorkind excinfo exceptiontype exception errormessage err failure grpcstatus state`),
} as const;

function words(text: string): readonly string[] {
  return text.split(/\s+/u);
}

/** What a path may be called: its last key, the last word of that, and its last two words. */
export function namesOf(path: string): readonly string[] {
  const keys = pathOf(path).map(keyOf);
  // Of an attribute in a list its name tells, and not where in it the value lies.
  const attribute = pathOf(path).findLastIndex((step) => typeof step !== 'string');
  const telling = attribute === -1 ? keys : keys.slice(0, attribute + 1);
  const parts = telling.flatMap((key) => key.split(/[./]/u)).filter((part) => part !== '');
  return [telling.at(-1) ?? path, parts.slice(-2).join(''), parts.at(-1) ?? path].map(plainName);
}

function keyOf(step: PathStep): string {
  return typeof step === 'string' ? step : step.equals;
}

/** Letters and digits alone, small. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/gu, '');
}

/** The last key of a path, for naming something after it. */
export function lastKey(path: string): string {
  const last = pathOf(path).findLast(
    (step) => keyOf(step) !== 'value' && !/^(?:string|int|double|bool)Value$/u.test(keyOf(step)),
  );
  const name = last === undefined ? path : keyOf(last);
  return name.split('.').at(-1) ?? name;
}
