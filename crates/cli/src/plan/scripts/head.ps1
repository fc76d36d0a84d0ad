#Requires -Version 7.0
#Requires -Modules Microsoft.Graph.Authentication, Microsoft.Graph.Beta.Applications
<#
.SYNOPSIS
    Changes application proxy connector groups of tenant {TENANT} as planned.
.DESCRIPTION
    Sign in first: Connect-MgGraph -Scopes Directory.ReadWrite.All
    With -WhatIf, the script says what it would do. What is done is kept in a file: start the script again after an error,
    and it goes on where it stopped.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # Where it is kept what is done.
    [string] $State = "$PSCommandPath.state.json",
    # Where Graph is, for links and for reading.
    [string] $Graph = 'https://graph.microsoft.com/beta',
    # How long a change may take until it is seen.
    [int] $Settle = 120
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$Profile_ = @{ OnPremisesPublishingProfileId = 'applicationProxy' }
$Groups = "$Graph/onPremisesPublishingProfiles/applicationProxy/connectorGroups"

$Kept = @{ Done = @{}; Ids = @{}; Named = @{} }
if (Test-Path -LiteralPath $State) {
    $Kept = Get-Content -LiteralPath $State -Raw | ConvertFrom-Json -AsHashtable
}

# A file that is there is whole: it is written beside it first.
function Save-State {
    $Kept | ConvertTo-Json -Depth 5 | Set-Content -LiteralPath "$State.new"
    Move-Item -LiteralPath "$State.new" -Destination $State -Force
}

function Get-NewId([string] $Key) {
    if ($Kept.Ids.ContainsKey($Key)) { return $Kept.Ids[$Key] }
    if ($WhatIfPreference) { return "(the id of $Key)" }
    throw "The group $Key is not made yet."
}

# Does a change once, and waits until it is seen, because the next one may need it.
function Invoke-Once([int] $Number, [string] $What, [scriptblock] $Change, [scriptblock] $IsSeen) {
    if ($Kept.Done.ContainsKey("$Number")) { return }
    if (-not $PSCmdlet.ShouldProcess("$Number. $What", 'Change')) { return }
    & $Change
    $Until = (Get-Date).AddSeconds($Settle)
    while (-not (& $IsSeen)) {
        if ((Get-Date) -gt $Until) { throw "$Number. $What was accepted, and is not seen." }
        Start-Sleep -Seconds 2
    }
    $Kept.Done["$Number"] = $true
    Save-State
}

function Get-Named([string] $Name) {
    $Next = $Groups
    while ($Next) {
        $Page = Invoke-MgGraphRequest -Method GET -Uri $Next
        $Page.value | Where-Object { $_.name -ceq $Name } | ForEach-Object { $_.id }
        $Next = $Page['@odata.nextLink']
    }
}

# Which groups had the name before is kept first, so that one that was made without an answer is found and not made twice.
function New-Group([int] $Number, [string] $Key, [hashtable] $Body) {
    Invoke-Once $Number "create $($Body.name)" {
        if (-not $Kept.Named.ContainsKey($Key)) {
            $Kept.Named[$Key] = @(Get-Named $Body.name)
            Save-State
        }
        else {
            # An earlier run may have made it a moment ago.
            Start-Sleep -Seconds $Settle
        }
        $Made = @(Get-Named $Body.name | Where-Object { $_ -notin $Kept.Named[$Key] })
        if ($Made.Count -gt 1) { throw "Several groups are named $($Body.name): delete those that are not of this plan." }
        $Kept.Ids[$Key] = if ($Made.Count -eq 1) { $Made[0] } else {
            (New-MgBetaOnPremisePublishingProfileConnectorGroup @Profile_ -BodyParameter $Body).Id
        }
        Save-State
    } { $Kept.Ids[$Key] -in @(Get-Named $Body.name) }
}

function Update-Group([int] $Number, [string] $Id, [hashtable] $Body) {
    Invoke-Once $Number "change group $Id" {
        Update-MgBetaOnPremisePublishingProfileConnectorGroup @Profile_ -ConnectorGroupId $Id -BodyParameter $Body
    } {
        $Now = Invoke-MgGraphRequest -Method GET -Uri "$Groups/$Id"
        @($Body.Keys | Where-Object { $Now[$_] -ne $Body[$_] }).Count -eq 0
    }
}

# Whether all that is expected is there. Beside it there may be more; and what nobody has set, Graph shows as null, as false or
# as an empty list.
function Test-Like($Expected, $There) {
    if ($Expected -is [System.Collections.IDictionary]) {
        foreach ($Key in $Expected.Keys) {
            # An `if` with a value would make one element of a list, and nothing of an empty one.
            $Value = $null
            if ($There -is [System.Collections.IDictionary] -and $There.Contains($Key)) { $Value = $There[$Key] }
            if (-not (Test-Like $Expected[$Key] $Value)) { return $false }
        }
        return $true
    }
    if ($Expected -is [array]) {
        if ($null -eq $There) { return $Expected.Count -eq 0 }
        if ($There -isnot [array] -or $There.Count -ne $Expected.Count) { return $false }
        for ($At = 0; $At -lt $Expected.Count; $At++) {
            if (-not (Test-Like $Expected[$At] $There[$At])) { return $false }
        }
        return $true
    }
    if ($null -eq $Expected) { return $null -eq $There -or $There -is [bool] -and -not $There -or $There -is [array] -and -not $There.Count }
    if ($null -eq $There) { return $Expected -is [bool] -and -not $Expected }
    $Expected -ceq $There
}

# Settings as JSON, sent as they are: the cmdlet leaves out what is null.
function Update-Application([int] $Number, [string] $Id, [string] $Body) {
    Invoke-Once $Number "change settings of application $Id" {
        $null = Invoke-MgGraphRequest -Method PATCH -Uri "$Graph/applications/$Id" -Body $Body -ContentType 'application/json'
    } {
        $Expected = $Body | ConvertFrom-Json -AsHashtable
        $Uri = "$Graph/applications/${Id}?`$select=id,$($Expected.Keys -join ',')"
        $There = Invoke-MgGraphRequest -Method GET -Uri $Uri -OutputType Json | ConvertFrom-Json -AsHashtable
        Test-Like $Expected $There
    }
}

function Test-Group([string] $Id) {
    $Status = 0
    $null = Invoke-MgGraphRequest -Method GET -Uri "$Groups/$Id" -SkipHttpErrorCheck -StatusCodeVariable Status
    if ($Status -notin 200, 404) { throw "GET $Groups/$Id answered $Status." }
    $Status -eq 200
}

function Remove-Group([int] $Number, [string] $Id) {
    Invoke-Once $Number "delete group $Id" {
        if (Test-Group $Id) { Remove-MgBetaOnPremisePublishingProfileConnectorGroup @Profile_ -ConnectorGroupId $Id }
    } { -not (Test-Group $Id) }
}

function Move-Connector([int] $Number, [string] $Id, [string] $To) {
    Invoke-Once $Number "move connector $Id to group $To" {
        $Link = @{ '@odata.id' = "$Groups/$To" }
        New-MgBetaOnPremisePublishingProfileConnectorMemberOfByRef @Profile_ -ConnectorId $Id -BodyParameter $Link
    } {
        $Uri = "$Graph/onPremisesPublishingProfiles/applicationProxy/connectors/$Id/memberOf"
        (Invoke-MgGraphRequest -Method GET -Uri $Uri).value[0].id -eq $To
    }
}

function Move-Application([int] $Number, [string] $Id, [string] $To) {
    Invoke-Once $Number "assign application $Id to group $To" {
        $Link = @{ '@odata.id' = "$Groups/$To" }
        Set-MgBetaApplicationConnectorGroupByRef -ApplicationId $Id -BodyParameter $Link
    } { (Invoke-MgGraphRequest -Method GET -Uri "$Graph/applications/$Id/connectorGroup").id -eq $To }
}
