package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"time"

	"github.com/Unleash/unleash-go-sdk/v5"
	unleashcontext "github.com/Unleash/unleash-go-sdk/v5/context"
	growthbook "github.com/growthbook/growthbook-golang"
	"github.com/launchdarkly/go-sdk-common/v3/ldcontext"
	"github.com/launchdarkly/go-sdk-common/v3/ldlog"
	"github.com/launchdarkly/go-server-sdk-evaluation/v3/ldmodel"
	ldclient "github.com/launchdarkly/go-server-sdk/v7"
	"github.com/launchdarkly/go-server-sdk/v7/ldcomponents"
	"github.com/launchdarkly/go-server-sdk/v7/testhelpers/ldtestdata"
	"github.com/open-feature/flagd/core/pkg/evaluator"
	"github.com/open-feature/flagd/core/pkg/logger"
	"github.com/open-feature/flagd/core/pkg/store"
	flagdsync "github.com/open-feature/flagd/core/pkg/sync"
	"github.com/optimizely/go-sdk/v2/pkg/client"
	"github.com/optimizely/go-sdk/v2/pkg/decide"
	"github.com/optimizely/go-sdk/v2/pkg/logging"
	"go.uber.org/zap"
)

const candidate = "new"

func flagd(asked question) decider {
	quiet := logger.NewLogger(zap.NewNop(), false)
	flags, err := store.NewStore(quiet, []string{"canary"})
	must(err)
	core := evaluator.NewJSON(quiet, flags)
	must(core.SetState(flagdsync.DataSync{FlagData: string(asked.Flag), Source: "canary"}))
	takes := func(user string) bool {
		given := map[string]any{"targetingKey": user}
		value, _, _, _, err := core.ResolveStringValue(context.Background(), "", asked.Key, given)
		must(err)
		return value == candidate
	}
	return decider{takes, func() {}}
}

func unleashClient(flag []byte) *unleash.Client {
	// A flag of an earlier question is no backup of this one's.
	folder, err := os.MkdirTemp("", "canary")
	must(err)
	// Nobody listens at that address, and nobody needs to.
	sdk, err := unleash.NewClient(
		unleash.WithAppName("canary"),
		unleash.WithUrl("http://127.0.0.1:1/"),
		unleash.WithRefreshInterval(24*time.Hour),
		unleash.WithDisableMetrics(true),
		unleash.WithBackupPath(folder),
		unleash.WithListener(&unleash.NoopListener{}),
		unleash.WithStorage(&unleash.BootstrapStorage{Reader: bytes.NewReader(flag)}),
	)
	must(err)
	return sdk
}

func unleashRollout(asked question) decider {
	sdk := unleashClient(asked.Flag)
	takes := func(user string) bool {
		return sdk.IsEnabled(asked.Key, unleash.WithContext(unleashcontext.Context{UserId: user}))
	}
	return decider{takes, func() { must(sdk.Close()) }}
}

func unleashVariants(asked question) decider {
	sdk := unleashClient(asked.Flag)
	takes := func(user string) bool {
		return sdk.GetVariant(asked.Key, unleash.WithVariantContext(unleashcontext.Context{UserId: user})).Name == "candidate"
	}
	return decider{takes, func() { must(sdk.Close()) }}
}

func growthBook(asked question) decider {
	var flag struct {
		Features json.RawMessage `json:"features"`
	}
	must(json.Unmarshal(asked.Flag, &flag))
	sdk, err := growthbook.NewClient(
		context.Background(),
		growthbook.WithJsonFeatures(string(flag.Features)),
		growthbook.WithLogger(slog.New(slog.DiscardHandler)),
	)
	must(err)
	takes := func(user string) bool {
		own, err := sdk.WithAttributes(growthbook.Attributes{"id": user})
		must(err)
		return own.EvalFeature(context.Background(), asked.Key).Value == candidate
	}
	return decider{takes, func() { must(sdk.Close()) }}
}

func launchDarkly(asked question) decider {
	var flag struct {
		Flags map[string]ldmodel.FeatureFlag `json:"flags"`
	}
	must(json.Unmarshal(asked.Flag, &flag))
	data := ldtestdata.DataSource()
	data.UsePreconfiguredFlag(flag.Flags[asked.Key])
	sdk, err := ldclient.MakeCustomClient("key", ldclient.Config{
		DataSource: data,
		Events:     ldcomponents.NoEvents(),
		Logging:    ldcomponents.Logging().MinLevel(ldlog.None),
	}, time.Minute)
	must(err)
	takes := func(user string) bool {
		value, err := sdk.StringVariation(asked.Key, ldcontext.New(user), "none")
		must(err)
		return value == candidate
	}
	return decider{takes, func() { must(sdk.Close()) }}
}

func optimizely(asked question) decider {
	logging.SetLogLevel(logging.LogLevelError)
	sdk, err := (&client.OptimizelyFactory{Datafile: asked.Flag}).StaticClient()
	must(err)
	options := []decide.OptimizelyDecideOptions{decide.DisableDecisionEvent}
	takes := func(user string) bool {
		own := sdk.CreateUserContext(user, nil)
		decision := own.Decide(asked.Key, options)
		return decision.VariationKey == candidate
	}
	return decider{takes, sdk.Close}
}
