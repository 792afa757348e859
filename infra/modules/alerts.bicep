// Who is told of what: an action group, alerts on the logs (infra/alerts/*.kql) and on Service Bus' own figures.
param name string
param location string
param tags object
param workspaceId string
param namespaceId string

@description('Mail addresses that are told.')
param emails array

@description('An https address that is called, in Azure\'s common alert schema. May hold a key.')
@secure()
param webhook string

@description('ISO 8601: a cycle must begin at least this often. Twice the interval of syncSchedule.')
param heartbeatWindow string

@description('Messages that may wait in a queue for half an hour.')
param backlogLimit int

var isAnybodyTold = !empty(emails) || !empty(webhook)

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = if (isAnybodyTold) {
  name: 'ag-${name}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'gotomeeting'
    emailReceivers: [
      for (email, index) in emails: { name: 'email-${index}', emailAddress: email, useCommonAlertSchema: true }
    ]
    webhookReceivers: empty(webhook) ? [] : [{ name: 'webhook', serviceUri: webhook, useCommonAlertSchema: true }]
  }
}

var groups = isAnybodyTold ? [group.id] : []

// Severity: 1 somebody must act today, 2 this week. What to do: docs/operations.md, under the same name.
// While an alert stands nobody is told again: what has to be told anew stands in columns of `splitBy`, each value an alert of its own.
var queries = [
  {
    name: 'no-cycle'
    severity: 1
    title: 'No synchronization cycle began in time'
    query: loadTextContent('../alerts/no-cycle.kql')
    window: heartbeatWindow
    every: 'PT5M'
    // The query ends in one row with the number, so that none is seen, too.
    aggregation: 'Total'
    measure: 'Count'
    operator: 'LessThan'
    threshold: 1
    splitBy: []
  }
  {
    name: 'failed-cycles'
    severity: 2
    title: 'A synchronization cycle failed'
    query: loadTextContent('../alerts/failed-cycles.kql')
    window: 'PT15M'
    every: 'PT15M'
    aggregation: 'Count'
    measure: null
    operator: 'GreaterThan'
    threshold: 0
    splitBy: []
  }
  {
    name: 'staged-removals'
    severity: 1
    title: 'People would lose access beyond the limit: an administrator is asked'
    query: loadTextContent('../alerts/staged-removals.kql')
    window: 'PT15M'
    every: 'PT15M'
    aggregation: 'Count'
    measure: null
    operator: 'GreaterThan'
    threshold: 0
    splitBy: []
  }
  {
    name: 'quarantine'
    severity: 1
    title: 'GoTo does not work with the connector: the job is in quarantine'
    query: loadTextContent('../alerts/quarantine.kql')
    window: 'PT15M'
    every: 'PT15M'
    aggregation: 'Count'
    measure: null
    operator: 'GreaterThan'
    threshold: 0
    splitBy: []
  }
  {
    name: 'wrong-settings'
    severity: 1
    title: 'Settings are wrong, or the connector is not connected to GoTo'
    query: loadTextContent('../alerts/wrong-settings.kql')
    window: 'PT30M'
    every: 'PT30M'
    aggregation: 'Count'
    measure: null
    operator: 'GreaterThan'
    threshold: 0
    splitBy: ['evt']
  }
  {
    name: 'seats'
    severity: 2
    title: 'GoTo has no seat for somebody who should have one, or few are left'
    query: loadTextContent('../alerts/seats.kql')
    window: 'PT1H'
    every: 'PT1H'
    aggregation: 'Count'
    measure: null
    operator: 'GreaterThan'
    threshold: 0
    splitBy: ['state']
  }
  {
    name: 'credentials'
    severity: 2
    title: 'A credential of GoTo ends soon'
    query: loadTextContent('../alerts/credentials.kql')
    window: 'P1D'
    // The nightly run tells every day. States are kept by rules that ask more than twice a day.
    every: 'PT6H'
    aggregation: 'Count'
    measure: null
    operator: 'GreaterThan'
    threshold: 0
    splitBy: ['credential', 'threshold']
  }
  {
    name: 'server-errors'
    severity: 2
    title: 'The connector answered with a fault of its own (5xx)'
    query: loadTextContent('../alerts/server-errors.kql')
    window: 'PT15M'
    every: 'PT15M'
    aggregation: 'Count'
    measure: null
    operator: 'GreaterThan'
    threshold: 5
    splitBy: []
  }
  {
    name: 'unreadable'
    severity: 2
    title: 'The connector met a message, a row or a fault that it does not know'
    query: loadTextContent('../alerts/unreadable.kql')
    window: 'PT15M'
    every: 'PT15M'
    aggregation: 'Count'
    measure: null
    operator: 'GreaterThan'
    threshold: 0
    splitBy: []
  }
]

resource queryAlerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in queries: {
    name: '${name}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.title
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: alert.every
      windowSize: alert.window
      autoMitigate: true
      // In a new workspace the tables do not exist yet.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: alert.aggregation
            metricMeasureColumn: alert.measure
            operator: alert.operator
            threshold: alert.threshold
            dimensions: map(alert.splitBy, column => { name: column, operator: 'Include', values: ['*'] })
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: groups }
    }
  }
]

var metrics = [
  {
    name: 'dead-letters'
    severity: 1
    title: 'A message was dead-lettered'
    metric: 'DeadletteredMessages'
    aggregation: 'Maximum'
    threshold: 0
    window: 'PT5M'
  }
  {
    name: 'backlog'
    severity: 2
    title: 'Messages wait in a queue for half an hour'
    metric: 'ActiveMessages'
    aggregation: 'Minimum'
    threshold: backlogLimit
    window: 'PT30M'
  }
]

resource metricAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for alert in metrics: {
    name: '${name}-${alert.name}'
    location: 'global'
    tags: tags
    properties: {
      description: alert.title
      severity: alert.severity
      enabled: true
      scopes: [namespaceId]
      evaluationFrequency: 'PT5M'
      windowSize: alert.window
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: alert.name
            metricName: alert.metric
            metricNamespace: 'Microsoft.ServiceBus/namespaces'
            dimensions: [{ name: 'EntityName', operator: 'Include', values: ['*'] }]
            operator: 'GreaterThan'
            timeAggregation: alert.aggregation
            threshold: alert.threshold
          }
        ]
      }
      actions: [for id in groups: { actionGroupId: id }]
    }
  }
]
